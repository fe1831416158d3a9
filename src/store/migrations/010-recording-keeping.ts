/** Holds, deletions, and a key for each recording, so that a deleted one can be opened by nobody. */
export const recordingKeeping = `
alter table recordings add column hold text;
alter table recordings add column deletion text;
create table recording_keys (recording_id text primary key references sessions, sealed blob not null) strict;
drop index recordings_pending;
create index recordings_pending on recordings (stored) where stored = 'spool';
create index recordings_leaving on recordings (stored) where stored = 'deleted';
`;
