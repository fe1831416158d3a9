/** What was done in a session, counted; and the orders in which recordings are listed. */
export const recordingLists = `
alter table recordings add column commands integer;
alter table recordings add column transfers integer;
create index sessions_by_start on sessions (started_at, id);
create index sessions_by_owner on sessions (user_id, started_at, id);
create index sessions_by_safes on sessions (safe_id, recording_safe_id);
`;
