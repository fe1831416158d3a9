import type { SecretKind } from '#/domain/account.js';
import type { ForwardTo } from '#/domain/forward-pattern.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Deletion, Hold } from '#/domain/keeping.js';
import type { Lent } from '#/domain/lending.js';
import type { Permission, VaultRight } from '#/domain/permission.js';
import type { SecondFactorPolicy } from '#/domain/second-factor.js';
import type { IsolationLevel, SessionOutcome } from '#/domain/session.js';
import type { SettingValues } from '#/domain/settings.js';

/** Times are milliseconds since 1970 UTC between processes; the CLI prints ISO 8601. */
export interface PersonRow {
  readonly user: string;
  readonly groups: readonly string[];
  readonly rights: readonly VaultRight[];
  readonly lastSuccess: { readonly at: number; readonly from: string } | null;
  readonly lastFailure: { readonly at: number; readonly from: string } | null;
  readonly auditor: boolean;
}

/** An account as a person may see it. `usable` false: `why` says why not. */
export interface AccountRow {
  readonly id: string;
  readonly safe: string;
  readonly user: string;
  readonly address: string;
  readonly port: number;
  readonly platform: string;
  readonly secretKind: SecretKind;
  readonly usable: boolean;
  readonly why: string | null;
  readonly favourite: boolean;
  readonly lastUsedAt: number | null;
  readonly hostKeyFingerprint: string | null;
  /** The person may re-approve a changed host key. */
  readonly mayPinHostKey: boolean;
  /** A reason must be given before connecting. */
  readonly reasonRequired: boolean;
  /** What policy says of it in particular, a setting each with where that is said. */
  readonly policy: readonly string[];
}

export interface SessionRow {
  readonly id: string;
  readonly user: string;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  readonly from: string;
  readonly startedAt: number;
  readonly isolation: IsolationLevel;
  readonly state: 'connecting' | 'running' | 'detached';
  /** Number of the session host it lives in. */
  readonly host: number;
  readonly mine: boolean;
  readonly mayEnd: boolean;
  readonly mayWatch: boolean;
  /** Take over its keyboard; suspend and resume it. */
  readonly mayControl: boolean;
  readonly maySuspend: boolean;
  /** When the last key reached it; milliseconds since 1970, null: none so far, or not known. */
  readonly lastKeyAt: number | null;
  /** Recorded so far; null: not known (yet). */
  readonly recordedBytes: number | null;
  /** The last that was done in it, as far as it could be told; null for who may not watch it. */
  readonly lastActivity: string | null;
  readonly suspendedBy: string | null;
  /** Who has taken over its keyboard. */
  readonly controlledBy: string | null;
  /** Its account takes four eyes: it waits for somebody to watch before it starts, or is frozen because the last one left. */
  readonly company: 'waiting' | 'alone' | null;
  /** Names of those who watch it now; empty for who may not watch it himself. */
  readonly watchers: readonly string[];
  /** What the person gave as a reason. */
  readonly reason: string | null;
  /** host:port of a forwarded connection, `listen host:port` where the target listens for the person; null: a session of another kind. */
  readonly forward: string | null;
}

export interface RecordingRow {
  readonly id: string;
  readonly user: string;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  readonly recordingSafe: string;
  readonly from: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly outcome: SessionOutcome;
  readonly endingText: string | null;
  readonly isolation: IsolationLevel;
  /** Where the tape is: being written, in the spool, or in its recording safe. */
  readonly stored: 'live' | 'spool' | 'safe' | 'deleted';
  readonly bytes: number | null;
  /** False: the tape was cut (a crash), what is there is valid. Null: not known yet. */
  readonly complete: boolean | null;
  readonly reason: string | null;
  readonly forward: string | null;
  /** Null: it is not on hold. */
  readonly hold: Hold | null;
  readonly deletion: Deletion | null;
  /** What was done in it, counted; null: not known (yet). */
  readonly commands: number | null;
  readonly transfers: number | null;
}

export interface UserRow {
  readonly id: string;
  /** The directory that he came from; null: a user of the vault's own. */
  readonly directory: string | null;
  readonly name: string;
  readonly groups: readonly string[];
  /** His own and those of his groups. */
  readonly rights: readonly VaultRight[];
  readonly ownRights: readonly VaultRight[];
  readonly disabled: boolean;
  readonly expiresAt: number | null;
  readonly logonHours: string | null;
  readonly mustChangePassword: boolean;
  readonly lockedUntil: number | null;
  readonly hasPassword: boolean;
  readonly publicKeys: readonly KeyRow[];
  readonly secondFactor: SecondFactorRow;
}
export interface KeyRow {
  readonly fingerprint: string;
  readonly type: string;
  readonly comment: string;
  /** A security key that must see its owner (PIN or finger), not only a touch. */
  readonly verifyRequired: boolean;
}
export interface SecondFactorRow {
  /** The strictest of the person's groups. */
  readonly policy: SecondFactorPolicy;
  readonly enrolled: boolean;
  readonly recoveryLeft: number;
}

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  readonly members: readonly string[];
  readonly rights: readonly VaultRight[];
  readonly secondFactor: SecondFactorPolicy;
}
export interface SafeRow {
  readonly id: string;
  readonly name: string;
  readonly builtIn: boolean;
  /** Null, here and below: not for whoever asked to see. */
  readonly accounts: number | null;
  readonly members: number | null;
}
/** A safe as one of its members sees it: with the permissions that he holds now, his groups' included. */
export interface PersonSafeRow {
  readonly name: string;
  readonly builtIn: boolean;
  readonly permissions: readonly Permission[];
  /** When the first of the memberships that these come from ends; null: never. */
  readonly expiresAt: number | null;
}
/** A rule that was asked about. `info`: it does not decide whether one may connect. */
export interface ExplainedRow {
  readonly rule: string;
  readonly value: string;
  readonly source: string;
  readonly verdict: 'pass' | 'fail' | 'info';
}
export interface MemberRow {
  readonly safe: string;
  readonly member: string;
  readonly kind: 'user' | 'group';
  readonly permissions: readonly Permission[];
  readonly preset: string | null;
  readonly expiresAt: number | null;
}
export interface AccountAdminRow {
  readonly id: string;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  readonly user: string;
  readonly address: string;
  readonly port: number | null;
  readonly platform: string;
  readonly secretKind: SecretKind;
  /** Null: not for whoever asked to see. */
  readonly secretVersion: number | null;
  readonly disabledWhy: string | null;
  readonly hostKey: { readonly type: string; readonly fingerprint: string } | null;
}
export interface ShadowRow {
  readonly user: string;
  readonly name: string;
  readonly uid: number;
  readonly state: 'active' | 'deleted';
  readonly profileVersion: number;
  readonly lastUsedAt: number | null;
}
export interface AuditRow {
  readonly sequence: number;
  readonly at: number;
  readonly code: number;
  readonly action: string;
  readonly outcome: 'ok' | 'failure';
  readonly actor: string;
  readonly gateway: string | null;
  readonly from: string | null;
  readonly bastion: string;
  readonly safe: string | null;
  readonly account: string | null;
  readonly target: string | null;
  readonly sessionId: string | null;
  readonly stage: number | null;
  readonly failureCode: string | null;
  readonly detail: string | null;
  readonly hash: string;
}

/** What a session host gets for a redeemed permit, beside the secret in the blob (encodeSecretPayload). */
export interface SessionGrant {
  readonly sessionId: string;
  readonly user: string;
  readonly from: string;
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  readonly target: { readonly user: string; readonly address: string; readonly port: number };
  readonly secretKind: SecretKind;
  /** Null: not pinned yet. */
  readonly hostKey: HostKey | null;
  readonly policy: SettingValues;
  /** What this session may connect to through the target, and nothing else; null: a session of another kind. */
  readonly forward: ForwardTo | null;
  /** Where the target may listen for the person, and nothing else; null: a session of another kind. */
  readonly listen: ForwardTo | null;
  /** What the target may use of the person's client. */
  readonly lending: Lent;
  readonly recording: { readonly safe: string; readonly recipient: string };
  /** Verifies the portal's proof (stage 3): base64 SPKI of PSMServer's Ed25519 key. */
  readonly isolation: IsolationLevel;
}

/** A tape's head as the vault signed and anchored it. */
export interface SignedHead {
  readonly recordingId: string;
  /** Segments so far. */
  readonly segments: number;
  /** Hex SHA-256 of the chain after that many segments. */
  readonly head: string;
  readonly final: boolean;
  readonly at: number;
  /** base64 Ed25519 over the bytes of signedHeadText(). */
  readonly signature: string;
}

/** What exactly is signed: one line, fields separated by spaces. */
export function signedHeadText(head: Omit<SignedHead, 'signature'>): string {
  return `postern-head-1 ${head.recordingId} ${head.segments} ${head.head} ${head.final ? 'final' : 'live'} ${head.at}`;
}

/** A component user, with its credential file as it was found just now. Nothing in it is secret. */
export interface ComponentRow {
  readonly component: string;
  readonly disabled: boolean;
  /** Path of the credential file. */
  readonly file: string;
  /** 'mismatch': it opens, but the vault knows another password. 'unknown': it could not be looked at. */
  readonly state: 'good' | 'missing' | 'refused' | 'mismatch' | 'unknown';
  /** What is wrong, as a sentence; null: nothing. */
  readonly problem: string | null;
  readonly hostName: string | null;
  readonly uid: number | null;
  readonly executable: string | null;
  /** When the file was made and when the vault took its password; milliseconds since 1970. */
  readonly madeAt: number | null;
  readonly rotatedAt: number | null;
  /** When the next rotation is due; null: none by itself. */
  readonly nextAt: number | null;
  /** Processes that are logged in as it. */
  readonly connections: number;
}
