import { type Failure, type FailureCode, failure } from '#/domain/failure.js';
import type { UserId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import type { Identity } from '#/domain/people.js';
import type { VaultRight } from '#/domain/permission.js';
import { type Attempts, afterFailure, mayTry, NO_ATTEMPTS } from './attempts.js';
import { withinLogonHours } from './logon-hours.js';
import { mintIdentity } from './mint-identity.js';
import { verifyPassword } from './password.js';
import { type KeyEvidence, verifyUserAuth } from './public-key.js';

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
  readonly rights: readonly VaultRight[];
  readonly groups: readonly string[];
  /** base64 blobs of the registered public keys. */
  readonly publicKeys: readonly string[];
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
  readonly from: string;
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
  | 'disabled'
  | 'expired'
  | 'outside-hours';

export type Authentication =
  | { readonly kind: 'in'; readonly identity: Identity; readonly mustChange: boolean }
  | {
      readonly kind: 'refused';
      readonly reason: RefusalReason;
      readonly user: string;
      readonly failure: Failure;
    };

/**
 * Decides a login. Every refusal but a wait looks the same and, for passwords, takes the same time, whatever the cause.
 * Never throws for what a person sent; a failing store rejects.
 */
export async function authenticate(
  request: LoginRequest,
  records: UserRecords,
  now: number,
): Promise<Authentication> {
  const check = checkName('user', request.user);
  const name = check.ok ? check.name : '';
  const counted = name.toLowerCase();
  const before = check.ok ? await records.attempts(counted, request.from) : NO_ATTEMPTS;
  const may = mayTry(before, now);
  if (may.kind === 'wait') return refuse('throttled', name, 'LOGIN_THROTTLED', `${may.seconds} s`);

  const user = check.ok ? await records.findUser(name) : null;
  const proven = await proves(request, user);
  const reason = !check.ok
    ? 'bad-name'
    : user === null
      ? 'no-such-user'
      : proven
        ? barred(user, now)
        : wrong(request);
  if (reason === null && user !== null) {
    await records.saveAttempts(counted, request.from, NO_ATTEMPTS);
    return {
      kind: 'in',
      identity: identityOf(user, request),
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

async function proves(request: LoginRequest, user: UserRecord | null): Promise<boolean> {
  const { evidence } = request;
  if (evidence.kind === 'password')
    return await verifyPassword(user?.passwordHash ?? null, evidence.password);
  return user !== null && user.publicKeys.includes(evidence.key) && verifyUserAuth(evidence, request.user);
}

function wrong(request: LoginRequest): RefusalReason {
  return request.evidence.kind === 'password' ? 'wrong-password' : 'wrong-key';
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
