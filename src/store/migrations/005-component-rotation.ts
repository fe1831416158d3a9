/** Passwords of components change; the one before counts once more, for a while. */
export const componentRotation = `
alter table components add column previous_hash blob;
alter table components add column previous_until integer;
alter table components add column rotated_at integer;
alter table components add column disabled integer not null default 0;
`;
