import { z } from 'zod';
import type { SecretKind } from '#/domain/account.js';
import type { HostKey } from '#/domain/host-key.js';
import { PERMISSIONS, PRESETS, type Preset, VAULT_RIGHTS } from '#/domain/permission.js';
import type { IsolationLevel } from '#/domain/session.js';
import { call } from './call-kind.js';

import { COMPONENT_USER_CALLS } from './component-calls.js';

import { CONNECT_CALLS } from './connect-calls.js';
import { DIRECT_CALLS } from './direct-calls.js';
import { DIRECTORY_ADMIN_CALLS } from './directory-admin-calls.js';
import { DIRECTORY_PERSON_CALLS } from './directory-person-calls.js';
import { ending } from './ending.js';
import { FACTOR_CALLS } from './factor-calls.js';
import { GROUP_CALLS } from './group-calls.js';
import { KEEPING_CALLS } from './keeping-calls.js';
import { LIBRARY_CALLS } from './library-calls.js';
import { LOGIN_CALLS } from './login-calls.js';
import { MANAGE_CALLS } from './manage-calls.js';
import { OVERSIGHT_CALLS } from './oversight-calls.js';
import { POLICY_CALLS } from './policy-calls.js';
import { PROOF_CALLS } from './proof-calls.js';
import { RECORDING_CALLS } from './recording-calls.js';
import { RECORDING_PERSON_CALLS } from './recording-person-calls.js';
import type {
  AccountAdminRow,
  AccountRow,
  AuditRow,
  GroupRow,
  MemberRow,
  RecordingRow,
  SafeRow,
  SessionGrant,
  SessionRow,
  ShadowRow,
  SignedHead,
  UserRow,
} from './rows.js';
import { SEARCH_CALLS } from './search-calls.js';
import { passedStages, SESSION_WALK_CALLS } from './session-walk-calls.js';

export type { Caller } from './call-kind.js';
export type { Permitted } from './connect-calls.js';
export type { LoggedIn } from './login-calls.js';

const text = z.string().max(1024);
const name = z.string().max(4096);
const ticket = z.string().max(128);
const id = z.string().max(64);
const activities = z.strictObject({ commands: z.int().min(0), transfers: z.int().min(0) });
const nothing = z.strictObject({});
const hostKey = z.strictObject({ type: z.string().max(64), base64: z.string().max(32_768) });
const permissions = z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length);
const preset = z.enum(Object.keys(PRESETS) as [Preset, ...Preset[]]);
const secretSource = z.enum(['password', 'key']);

export interface ImportReport {
  readonly rows: number;
  readonly added: number;
  readonly problems: readonly { readonly line: number; readonly column: string; readonly message: string }[];
}
export interface Check {
  readonly part: string;
  readonly state: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  readonly next: string | null;
}
export interface AuditVerdict {
  readonly intact: boolean;
  readonly rows: number;
  readonly firstBad: number | null;
  readonly detail: string;
}

/** What a recording is opened for, in the audit. */
const replayPurpose = z.enum(['play', 'export', 'verify']);

/** Every question that may be asked of the vault. The vault enforces `callers`; what is not here does not exist. */
export const CALLS = {
  ...COMPONENT_USER_CALLS,
  'vault.status': call<{
    readonly sealed: boolean;
    readonly version: string;
    readonly isolation: IsolationLevel;
    readonly minimumIsolation: IsolationLevel;
  }>()(['anybody'], nothing),

  // PVWAApp opens the portal
  'portal.configuration': call<{
    readonly branding: string;
    /** 'vault' and the names of directories; the first is preset. */
    readonly methods: readonly string[];
    readonly version: string;
    readonly sessionHosts: number;
  }>()(['PVWAApp'], nothing),
  /** The vault signs landingProofText() with PSMServer's key for this one session; the key stays where it is. Stage 2, audited. */
  'portal.psmServer': call<{ readonly proof: string }>()(
    ['PVWAApp'],
    z.strictObject({ sessionId: id, nonce: z.base64().length(44), permit: z.base64url().max(1024) }),
  ),

  // PVWAGW acts for a person. `from` is the client's address.
  ...LOGIN_CALLS,
  /** Blob: encodeSecretPayload(new password, old password). */
  'person.changePassword': call<null>()(['PVWAGW'], z.strictObject({ ticket })),
  ...FACTOR_CALLS,
  'person.logout': call<null>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.accounts': call<readonly AccountRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.favourite': call<null>()(['PVWAGW'], z.strictObject({ ticket, accountId: id, on: z.boolean() })),
  ...LIBRARY_CALLS,
  ...SEARCH_CALLS,
  'person.sessions': call<readonly SessionRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  'person.endSession': call<null>()(['PVWAGW'], z.strictObject({ ticket, sessionId: id, reason: text })),
  ...CONNECT_CALLS,
  ...DIRECT_CALLS,
  /** To watch a running session: a permit that the monitor carries to the host that the session lives in. Audited. */
  'person.watch': call<{ readonly permit: string; readonly host: number }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, sessionId: id }),
  ),
  'person.replay': call<{ readonly permit: string }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, recordingId: id, purpose: replayPurpose.optional() }),
  ),

  ...MANAGE_CALLS,
  ...RECORDING_PERSON_CALLS,
  ...GROUP_CALLS,
  ...OVERSIGHT_CALLS,
  ...DIRECTORY_PERSON_CALLS,

  // PSMGW: session hosts
  'session.hello': call<{ readonly psmServer: string }>()(
    ['PSMGW'],
    z.strictObject({ host: z.int(), running: z.array(id).max(10_000) }),
  ),
  /** Stage 4: uses the permit up. Blob back: the secret (encodeSecretPayload). `alone`: its login carries no other session. */
  'session.redeem': call<SessionGrant>()(
    ['PSMGW'],
    z.strictObject({ permit: text, sessionId: id, alone: z.boolean().optional() }),
  ),
  ...SESSION_WALK_CALLS,
  /** Says what key the target showed. 'ask': have the portal decide, then call again. */
  'session.hostKey': call<{
    readonly verdict: 'pinned' | 'accepted' | 'ask' | 'changed' | 'refused';
    readonly mayPin: boolean;
    readonly pinned: HostKey | null;
  }>()(['PSMGW'], z.strictObject({ sessionId: id, key: hostKey })),
  'session.state': call<null>()(
    ['PSMGW'],
    z.strictObject({ sessionId: id, state: z.enum(['running', 'detached']) }),
  ),
  /** Of a session whose last head cannot say it (session.head). */
  'session.ended': call<null>()(
    ['PSMGW'],
    z.strictObject({ sessionId: id, ending, activities: activities.optional() }),
  ),
  /** Anchors a tape's head in the audit chain. No session starts before its first head (0 segments) is anchored. */
  /** `ephemeral` (base64, of the tape's header; with the first head): replays get the key of this one only. */
  'session.head': call<SignedHead>()(
    ['PSMGW'],
    z.strictObject({
      recordingId: id,
      segments: z.int().min(0),
      head: z.string().length(64),
      final: z.boolean(),
      ephemeral: z.string().length(44).optional(),
      /** With the first head: stages of the session that are passed with it, in the same write. */
      passed: passedStages.optional(),
      /** With the last head: the session ended, in the same write. */
      ended: z.strictObject({ ending, activities }).optional(),
    }),
  ),
  'session.redeemAttach': call<{ readonly user: string }>()(
    ['PSMGW'],
    z.strictObject({ permit: text, sessionId: id }),
  ),
  /** Uses a watch permit up. `watch` names this watching from now on. */
  'session.redeemWatch': call<{ readonly watch: string; readonly viewer: string }>()(
    ['PSMGW'],
    z.strictObject({ permit: text, sessionId: id }),
  ),
  /** Asked every second while somebody watches: fails as soon as the viewer lost the right to it. */
  'session.watchGoesOn': call<null>()(['PSMGW'], z.strictObject({ sessionId: id, watch: id })),
  'session.watchEnded': call<null>()(['PSMGW'], z.strictObject({ sessionId: id, watch: id })),

  ...RECORDING_CALLS,

  // the console: everything the CLI does
  'admin.unseal': call<null>()(['console'], nothing), // blob: passphrase
  'admin.doctor': call<readonly Check[]>()(['console'], nothing),
  'admin.user.add': call<UserRow>()(
    ['console'],
    z.strictObject({
      name,
      groups: z.array(name).max(100),
      mustChange: z.boolean(),
      rights: z.array(z.enum(VAULT_RIGHTS)),
      expiresAt: z.int().nullable(),
      logonHours: text.nullable(),
    }),
  ), // blob: password
  'admin.user.list': call<readonly UserRow[]>()(['console'], nothing),
  'admin.user.set': call<UserRow>()(
    ['console'],
    z.strictObject({
      name,
      disabled: z.boolean().optional(),
      expiresAt: z.int().nullable().optional(),
      logonHours: text.nullable().optional(),
      rights: z.array(z.enum(VAULT_RIGHTS)).max(VAULT_RIGHTS.length).optional(),
      unlock: z.boolean().optional(),
    }),
  ),
  'admin.user.passwd': call<null>()(['console'], z.strictObject({ name, mustChange: z.boolean() })), // blob: password
  'admin.user.key.add': call<{ readonly fingerprint: string }>()(
    ['console'],
    z.strictObject({ name, key: z.string().max(33_000) }),
  ),
  'admin.user.key.remove': call<null>()(['console'], z.strictObject({ name, fingerprint: text })),
  'admin.group.add': call<GroupRow>()(['console'], z.strictObject({ name })),
  'admin.group.list': call<readonly GroupRow[]>()(['console'], nothing),
  'admin.group.member': call<null>()(
    ['console'],
    z.strictObject({ group: name, user: name, present: z.boolean() }),
  ),
  'admin.group.delete': call<null>()(['console'], z.strictObject({ name })),
  'admin.safe.add': call<SafeRow>()(['console'], z.strictObject({ name })),
  'admin.safe.rename': call<null>()(['console'], z.strictObject({ safe: name, name })),
  /** A safe that has no accounts, and is not the vault's own. */
  'admin.safe.delete': call<null>()(['console'], z.strictObject({ safe: name })),
  'admin.safe.list': call<readonly SafeRow[]>()(['console'], nothing),
  'admin.member.add': call<MemberRow>()(
    ['console'],
    z.strictObject({
      safe: name,
      member: name,
      preset: preset.optional(),
      permissions: permissions.optional(),
      expiresAt: z.int().nullable(),
    }),
  ),
  'admin.member.list': call<readonly MemberRow[]>()(['console'], z.strictObject({ safe: name })),
  'admin.member.remove': call<null>()(['console'], z.strictObject({ safe: name, member: name })),
  'admin.account.add': call<AccountAdminRow>()(
    ['console'],
    z.strictObject({
      safe: name,
      platform: name,
      address: name,
      port: z.int().nullable(),
      user: name,
      secretKind: secretSource,
      hostKey: hostKey.nullable(),
    }),
  ), // blob: secret payload
  'admin.account.list': call<readonly AccountAdminRow[]>()(
    ['console'],
    z.strictObject({ safe: name.optional() }),
  ),
  'admin.account.show': call<AccountAdminRow>()(['console'], z.strictObject({ account: name })),
  'admin.account.update': call<AccountAdminRow>()(
    ['console'],
    z.strictObject({
      account: name,
      address: name.optional(),
      port: z.int().nullable().optional(),
      user: name.optional(),
      platform: name.optional(),
      secretKind: secretSource.optional(),
      hostKey: hostKey.nullable().optional(),
      disabledWhy: text.nullable().optional(),
    }),
  ), // blob, when the secret changes
  /** Blob back: the secret (encodeSecretPayload). */
  'admin.account.retrieve': call<{ readonly secretKind: SecretKind }>()(
    ['console'],
    z.strictObject({ account: name, reason: text }),
  ),
  'admin.account.delete': call<null>()(['console'], z.strictObject({ account: name })),
  /** Blob: the CSV file. All or nothing; a dry run changes nothing. */
  'admin.account.import': call<ImportReport>()(['console'], z.strictObject({ dryRun: z.boolean() })),
  'admin.sessions.list': call<readonly SessionRow[]>()(['console'], nothing),
  'admin.sessions.terminate': call<null>()(['console'], z.strictObject({ sessionId: id, reason: text })),
  'admin.recordings.show': call<RecordingRow & { readonly heads: readonly SignedHead[] }>()(
    ['console'],
    z.strictObject({ recordingId: id }),
  ),
  'admin.recordings.replay': call<{ readonly permit: string }>()(
    ['console'],
    z.strictObject({ recordingId: id, purpose: replayPurpose }),
  ),
  ...PROOF_CALLS,
  ...KEEPING_CALLS,
  ...DIRECTORY_ADMIN_CALLS,
  ...POLICY_CALLS,
  'admin.shadow.list': call<readonly ShadowRow[]>()(['console'], nothing),
  'admin.shadow.reset': call<ShadowRow>()(['console'], z.strictObject({ user: name })),
  'admin.shadow.delete': call<null>()(['console'], z.strictObject({ user: name })),
  'admin.audit.list': call<readonly AuditRow[]>()(
    ['console'],
    z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(10_000), newestFirst: z.boolean() }),
  ),
  'admin.audit.verify': call<AuditVerdict>()(['console'], nothing),
  /** Blob: lines of signed heads that were kept elsewhere; they are held against the log. */
  'admin.audit.verifyHeads': call<AuditVerdict>()(['console'], nothing),
} as const;

export type CallName = keyof typeof CALLS;
export type CallArgs<K extends CallName> = z.infer<(typeof CALLS)[K]['args']>;
export type CallResult<K extends CallName> =
  NonNullable<(typeof CALLS)[K]['result']> extends never
    ? null
    : Exclude<(typeof CALLS)[K]['result'], undefined>;
