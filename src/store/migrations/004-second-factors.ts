/** The second factor of people, what their groups ask for, and security keys that must see their owner. */
export const secondFactors = `
create table second_factors (
  user_id text not null references users on delete cascade, confirmed integer not null, sealed blob not null, last_step integer not null,
  primary key (user_id, confirmed)
) strict;
create table recovery_codes (user_id text not null references users on delete cascade, hash text not null, primary key (user_id, hash)) strict;
alter table groups add column second_factor text not null default 'optional';
alter table tickets add column second_factor text not null default 'done';
alter table user_keys add column verify_required integer not null default 0;
`;
