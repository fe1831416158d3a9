/** Logins outlive a restart of the vault. */
export const tickets = `
create table tickets (
  hash text primary key, user_id text not null references users on delete cascade, source text not null, must_change integer not null, last_used_at integer not null
) strict;
create index tickets_by_user on tickets (user_id);
`;
