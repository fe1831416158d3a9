import type { Generated } from 'kysely';

type Flag = 0 | 1;

/** The tables as SQLite has them: times in milliseconds since 1970, flags 0 or 1, lists and unions as JSON. */
export interface Tables {
  meta: { name: string; value: Uint8Array };
  components: {
    name: string;
    password_hash: Uint8Array;
    previous_hash: Uint8Array | null;
    previous_until: number | null;
    rotated_at: number | null;
    disabled: Flag;
  };
  users: {
    id: string;
    name: string;
    name_key: string;
    password_hash: string | null;
    must_change: Flag;
    disabled: Flag;
    expires_at: number | null;
    logon_hours: string | null;
    last_success_at: number | null;
    last_success_from: string | null;
    last_failure_at: number | null;
    last_failure_from: string | null;
  };
  user_rights: { user_id: string; right: string };
  user_keys: {
    user_id: string;
    type: string;
    base64: string;
    fingerprint: string;
    comment: string;
    verify_required: Flag;
  };
  second_factors: { user_id: string; confirmed: Flag; sealed: Uint8Array; last_step: number };
  recovery_codes: { user_id: string; hash: string };
  attempts: {
    name_hash: string;
    source: string;
    failures: number;
    last_failure_at: number | null;
    locked_until: number | null;
  };
  tickets: {
    hash: string;
    user_id: string;
    source: string;
    must_change: Flag;
    last_used_at: number;
    second_factor: Generated<string>;
  };
  directories: {
    name: string;
    name_key: string;
    settings: string;
    bind_account: string;
    enabled: Flag;
    preset: Flag;
  };
  directory_maps: {
    directory: string;
    position: number;
    rule: string;
    rights: string;
    groups: string;
    location: string | null;
  };
  directory_users: {
    user_id: string;
    directory: string;
    external_id: string;
    dn: string;
    groups: string;
    location: string | null;
  };
  groups: { id: string; name: string; name_key: string; built_in: Flag; second_factor: Generated<string> };
  group_rights: { group_id: string; right: string };
  group_members: { group_id: string; user_id: string };
  safes: {
    id: string;
    name: string;
    name_key: string;
    built_in: Flag;
    wrapped_key: Uint8Array;
    recipient: Uint8Array | null;
  };
  memberships: {
    safe_id: string;
    kind: 'user' | 'group';
    member_id: string;
    permissions: string;
    expires_at: number | null;
  };
  accounts: {
    id: string;
    safe_id: string;
    user: string;
    address: string;
    port: number | null;
    platform: string;
    secret_kind: string;
    secret_version: number;
    disabled_why: string | null;
  };
  platforms: { name: string; name_key: string; base: string };
  objects: {
    id: string;
    safe_id: string;
    name: string;
    secret_version: number;
    public_key: Uint8Array | null;
  };
  secrets: { owner: string; version: number; sealed: Uint8Array; at: number };
  host_keys: {
    address: string;
    port: number;
    type: string;
    base64: string;
    pinned_by: string;
    pinned_at: number;
  };
  policy_settings: { level: string; scope: string; name: string; value: string };
  account_uses: { user_id: string; account_id: string; favourite: Flag; last_used_at: number | null };
  shadows: {
    user_id: string;
    name: string;
    uid: number;
    state: string;
    profile_version: number;
    last_used_at: number | null;
  };
  sessions: {
    id: string;
    user_id: string;
    user: string;
    source: string;
    account_id: string;
    account: string;
    target_user: string;
    address: string;
    port: number;
    safe_id: string;
    safe: string;
    recording_safe_id: string;
    recording_safe: string;
    started_at: number;
    ended_at: number | null;
    state: string;
    host: number | null;
    isolation: number;
    stage: number;
    failed_stage: number | null;
    ending: string | null;
    offered_key: string | null;
    key_decision: string | null;
    reason: string | null;
    forward: string | null;
  };
  recordings: {
    id: string;
    stored: string;
    bytes: number | null;
    segments: number | null;
    duration_ms: number | null;
    complete: Flag | null;
    ephemeral: string | null;
    proof: string | null;
    hold: string | null;
    deletion: string | null;
    text: string | null;
    commands: number | null;
    transfers: number | null;
  };
  recording_keys: { recording_id: string; sealed: Uint8Array };
  heads: {
    recording_id: string;
    segments: number;
    head: string;
    final: Flag;
    at: number;
    signature: string;
    n: Generated<number>;
  };
  audit: {
    sequence: number;
    at: number;
    action: string;
    outcome: string;
    actor: string;
    gateway: string | null;
    source: string | null;
    bastion: string;
    safe: string | null;
    account: string | null;
    target: string | null;
    session_id: string | null;
    stage: number | null;
    code: string | null;
    detail: string | null;
    hash: string;
  };
}
