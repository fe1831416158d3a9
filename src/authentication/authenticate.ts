import { type Failure, type FailureCode, failure } from '#/domain/failure.js';
import type { UserId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import type { Identity } from '#/domain/people.js';
import type { VaultRight } from '#/domain/permission.js';
import { type Attempts, afterFailure, mayTry, NO_ATTEMPTS } from './attempts.js';
import { withinLogonHours } from './logon-hours.js';
import { mintIdentity } from './mint-identity.js';
import { verifyPassword } from './password.js';
import { type KeyEvidence, type RegisteredKey, trustKey, verifyUserAuth } from './user-auth.js';

/** A user as authentication needs him. */
export interface UserRecord {
  readonly id: UserId;
  readonly name: string;
  readonly passwordHash: string | null;
  readonly disabled: boolean;
  /** Milliseconds since 1970. */
  readonly expiresAt: number | null;
  readonly logonHours: string | null;
  readonly mustChangePassword: boolean;
  /** A code is asked next: until it is right, failures are not forgotten, or a known password would give endless tries. */
  readonly codeIsNext: boolean;
  readonly rights: readonly VaultRight[];
  readonly groups: readonly string[];
  readonly publicKeys: readonly RegisteredKey[];
}

/** What authentication asks of the store. */
export interface UserRecords {
  /** Ignores case, prefers the exact match; null when there is none or it is ambiguous. */
  findUser(name: string): Promise<UserRecord | null>;
  /** Failures of this user name (as typed, lower case) from this source. */
  attempts(user: string, from: string): Promise<Attempts>;
  saveAttempts(user: string, from: string, attempts: Attempts): Promise<void>;
}

export interface LoginRequest {
  readonly user: string;
  /** By what tries are counted. */
  readonly from: string;
  /** The client's address itself, for certificates that are bound to one. */
  readonly address: string;
  readonly evidence:
    | { readonly kind: 'password'; readonly password: Buffer }
    | ({ readonly kind: 'key' } & KeyEvidence);
}

/** Why a login was refused: for the audit, never for the person. */
export type RefusalReason =
  | 'bad-name'
  | 'throttled'
  | 'no-such-user'
  | 'wrong-password'
  | 'wrong-key'
  | `certificate: ${string}`
  | 'disabled'
  | 'expired'
  | 'outside-hours';

export type Authentication =
  /** `how` is for the audit: by what he was known. */
  | {
      readonly kind: 'in';
      readonly identity: Identity;
      readonly how: string;
      readonly mustChange: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly user: string;
      readonly failure: Failure;
    };

/** When it is judged, and whose certificates count (base64 blobs of their keys). */
export interface Judging {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly authorities: readonly string[];
}

/**
 * Decides a login. Every refusal but a wait looks the same and, for passwords, takes the same time, whatever the cause.
 * Never throws for what a person sent; a failing store rejects.
 */
export async function authenticate(
  request: LoginRequest,
  records: UserRecords,
  { now, authorities }: Judging,
): Promise<Authentication> {
  const check = checkName('user', request.user);
  const name = check.ok ? check.name : '';
  const counted = name.toLowerCase();
  const before = check.ok ? await records.attempts(counted, request.from) : NO_ATTEMPTS;
  const may = mayTry(before, now);
  if (may.kind === 'wait') return refuse('throttled', name, 'LOGIN_THROTTLED', `${may.seconds} s`);

  const user = check.ok ? await records.findUser(name) : null;
  const proof = await prove(request, user, { now, authorities });
  const reason = !check.ok
    ? 'bad-name'
    : user === null
      ? 'no-such-user'
      : proof.ok
        ? barred(user, now)
        : proof.reason;
  if (reason === null && user !== null && proof.ok) {
    if (!user.codeIsNext) await records.saveAttempts(counted, request.from, NO_ATTEMPTS);
    return {
      kind: 'in',
      identity: identityOf(user, request),
      how: proof.how,
      mustChange: user.mustChangePassword && request.evidence.kind === 'password',
    };
  }
  if (check.ok) await records.saveAttempts(counted, request.from, afterFailure(before, now));
  return refuse(reason ?? 'no-such-user', name, 'LOGIN_REFUSED');
}

/** Re-checks what may change while somebody is logged in. Null: still welcome. */
export function barred(user: UserRecord, now: number): 'disabled' | 'expired' | 'outside-hours' | null {
  if (user.disabled) return 'disabled';
  if (user.expiresAt !== null && user.expiresAt <= now) return 'expired';
  return withinLogonHours(user.logonHours, now) ? null : 'outside-hours';
}

/** `how` is for the audit. Without such a user it takes as long, and is a no. */
type Proof =
  | { readonly ok: true; readonly how: string }
  | { readonly ok: false; readonly reason: RefusalReason };

async function prove(
  { evidence, user: typed, address }: LoginRequest,
  user: UserRecord | null,
  { now, authorities }: Judging,
): Promise<Proof> {
  if (evidence.kind === 'password')
    return (await verifyPassword(user?.passwordHash ?? null, evidence.password))
      ? { ok: true, how: 'password' }
      : { ok: false, reason: 'wrong-password' };
  const trusted = trustKey(evidence.key, user?.publicKeys ?? [], {
    authorities,
    user: user?.name ?? '',
    address,
    now,
  });
  if (!trusted.ok) return { ok: false, reason: trusted.why };
  return verifyUserAuth(evidence, evidence.signedUser ?? typed, trusted)
    ? { ok: true, how: trusted.how }
    : { ok: false, reason: 'wrong-key' };
}

function identityOf(user: UserRecord, request: LoginRequest): Identity {
  const method = request.evidence.kind === 'password' ? 'password' : 'publickey';
  return mintIdentity({
    userId: user.id,
    user: user.name,
    method,
    rights: user.rights,
    groups: user.groups,
    from: request.from,
  });
}

function refuse(reason: RefusalReason, user: string, code: FailureCode, detail = ''): Authentication {
  return { kind: 'refused', reason, user, failure: failure(code, detail) };
}
