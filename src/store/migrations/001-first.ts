/** Everything of the first release. */
export const first = `
create table meta (name text primary key, value blob not null) strict;
create table components (name text primary key, password_hash blob not null) strict;

create table users (
  id text primary key, name text not null, name_key text not null unique, password_hash text,
  must_change integer not null, disabled integer not null, expires_at integer, logon_hours text,
  last_success_at integer, last_success_from text, last_failure_at integer, last_failure_from text
) strict;
create table user_rights (user_id text not null references users on delete cascade, right text not null, primary key (user_id, right)) strict;
create table user_keys (
  user_id text not null references users on delete cascade, type text not null, base64 text not null, fingerprint text not null, comment text not null,
  primary key (user_id, fingerprint)
) strict;
create table attempts (
  name_hash text not null, source text not null, failures integer not null, last_failure_at integer, locked_until integer,
  primary key (name_hash, source)
) strict;
create index attempts_by_age on attempts (last_failure_at);

create table groups (id text primary key, name text not null, name_key text not null unique, built_in integer not null) strict;
create table group_rights (group_id text not null references groups on delete cascade, right text not null, primary key (group_id, right)) strict;
create table group_members (
  group_id text not null references groups on delete cascade, user_id text not null references users on delete cascade, primary key (group_id, user_id)
) strict;
create index group_members_by_user on group_members (user_id);

create table safes (
  id text primary key, name text not null, name_key text not null unique, built_in integer not null, wrapped_key blob not null, recipient blob
) strict;
create table memberships (
  safe_id text not null references safes on delete cascade, kind text not null check (kind in ('user', 'group')), member_id text not null,
  permissions text not null, expires_at integer, primary key (safe_id, kind, member_id)
) strict;

create table accounts (
  id text primary key, safe_id text not null references safes, user text not null, address text not null, port integer,
  platform text not null, secret_kind text not null, secret_version integer not null, disabled_why text
) strict;
create unique index accounts_once on accounts (safe_id, user, address, coalesce(port, 0));
create table objects (
  id text primary key, safe_id text not null references safes, name text not null, secret_version integer not null, public_key blob, unique (safe_id, name)
) strict;
create table secrets (owner text not null, version integer not null, sealed blob not null, at integer not null, primary key (owner, version)) strict;
create table host_keys (
  address text not null, port integer not null, type text not null, base64 text not null, pinned_by text not null, pinned_at integer not null,
  primary key (address, port)
) strict;
create table account_uses (
  user_id text not null references users on delete cascade, account_id text not null references accounts on delete cascade,
  favourite integer not null, last_used_at integer, primary key (user_id, account_id)
) strict;

create table shadows (
  user_id text primary key references users, name text not null unique, uid integer not null unique, state text not null,
  profile_version integer not null, last_used_at integer
) strict;

create table sessions (
  id text primary key, user_id text not null, user text not null, source text not null, account_id text not null, account text not null,
  target_user text not null, address text not null, port integer not null, safe_id text not null, safe text not null,
  recording_safe_id text not null, recording_safe text not null, started_at integer not null, ended_at integer, state text not null,
  host integer, isolation integer not null, stage integer not null, failed_stage integer, ending text, offered_key text, key_decision text
) strict;
create index sessions_open on sessions (state) where state <> 'ended';
create index sessions_by_use on sessions (user_id, account_id, started_at);
create table recordings (
  id text primary key references sessions, stored text not null, bytes integer, segments integer, duration_ms integer, complete integer, ephemeral text
) strict;
create index recordings_pending on recordings (stored) where stored <> 'safe';
create table heads (
  n integer primary key, recording_id text not null references recordings, segments integer not null, head text not null, final integer not null,
  at integer not null, signature text not null
) strict;
create index heads_by_recording on heads (recording_id, n);

create table audit (
  sequence integer primary key, at integer not null, action text not null, outcome text not null, actor text not null, gateway text, source text,
  bastion text not null, safe text, account text, target text, session_id text, stage integer, code text, detail text, hash text not null
) strict;
create trigger audit_is_not_changed before update on audit begin select raise(abort, 'the audit log is append-only'); end;
create trigger audit_is_not_deleted before delete on audit begin select raise(abort, 'the audit log is append-only'); end;
`;
