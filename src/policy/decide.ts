import type { FailureCode } from '#/domain/failure.js';
import type { Permission } from '#/domain/permission.js';
import type { IsolationLevel } from '#/domain/session.js';
import { grantText, missingText } from './explain.js';
import { effectivePermissions, grantsOf, isOver, type Membership, type Subject } from './grants.js';

export interface AccessQuestion {
  readonly subject: Subject & { readonly disabled: boolean; readonly expiresAt: number | null };
  /** All of the safe's memberships: whose they are and whether they count is decided here. */
  readonly memberships: readonly Membership[];
  readonly account: {
    readonly name: string;
    readonly safe: string;
    readonly platform: string;
    readonly disabledWhy: string | null;
  };
  readonly isolation: { readonly level: IsolationLevel; readonly minimum: IsolationLevel };
  /** `most` 0: no limit. */
  readonly sessions: { readonly running: number; readonly most: number };
  readonly now: number;
}

export type Verdict =
  | { readonly kind: 'permit'; readonly reasons: readonly string[] }
  | { readonly kind: 'deny'; readonly code: FailureCode; readonly because: string };

const NEEDED: readonly Permission[] = ['useAccounts', 'listAccounts'];
const KNOWN_PLATFORMS: readonly string[] = ['UnixSSH'];

/** May this person connect with this account now? The first rule that says no is the reason. */
export function decide(question: AccessQuestion): Verdict {
  const { subject, memberships, account, isolation, sessions, now } = question;
  if (subject.disabled) return deny('ACCESS_DENIED', `user ${subject.user} is disabled`);
  if (isOver(subject.expiresAt, now)) return deny('ACCESS_DENIED', `user ${subject.user} has expired`);
  const held = effectivePermissions(subject, memberships, now);
  const missing = NEEDED.filter((one) => !held.has(one));
  if (missing.length > 0) return deny('ACCESS_DENIED', missingText(missing, account.safe));
  if (!KNOWN_PLATFORMS.includes(account.platform))
    return deny('ACCOUNT_DISABLED', `platform ${account.platform} is not available in this release`);
  if (account.disabledWhy !== null) return deny('ACCOUNT_DISABLED', account.disabledWhy);
  if (isolation.level < isolation.minimum)
    return deny('ISOLATION_TOO_LOW', `level ${isolation.level} is reached, ${isolation.minimum} is required`);
  if (sessions.most > 0 && sessions.running >= sessions.most)
    return deny('TOO_MANY_SESSIONS', `${sessions.running} of ${sessions.most} are running`);
  const because = grantsOf(subject, memberships, now).filter((one) =>
    one.permissions.some((permission) => NEEDED.includes(permission)),
  );
  return { kind: 'permit', reasons: because.map((grant) => grantText(grant, account.safe)) };
}

function deny(code: FailureCode, because: string): Verdict {
  return { kind: 'deny', code, because };
}
