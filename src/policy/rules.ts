import type { FailureCode } from '#/domain/failure.js';
import type { Permission } from '#/domain/permission.js';
import { BUILT_IN_PLATFORMS } from '#/domain/platform.js';
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
    /** What the platform is a copy of, or itself. */
    readonly base: string;
    readonly disabledWhy: string | null;
  };
  /** What of the settings cannot be understood; null: nothing. */
  readonly policyProblem: string | null;
  readonly isolation: { readonly level: IsolationLevel; readonly minimum: IsolationLevel };
  /** `most` 0: no limit. */
  readonly sessions: { readonly running: number; readonly most: number };
  readonly now: number;
}

/** One rule of a connection, as it stands for one person and one account. */
export interface Judged {
  readonly rule: string;
  readonly value: string;
  readonly source: string;
  /** Null: it lets the connection through. */
  readonly denial: { readonly code: FailureCode; readonly because: string } | null;
}

export const NEEDED: readonly Permission[] = ['useAccounts', 'listAccounts'];

/** Every rule of a connection in its order. All of them must let it through. */
export function judgeRules(question: AccessQuestion): readonly Judged[] {
  return [
    ...ofUser(question),
    ...ofMembership(question),
    ...ofAccount(question),
    ...ofPolicy(question),
    ...ofBastion(question),
  ];
}

function ofUser({ subject, now }: AccessQuestion): readonly Judged[] {
  const source = `user ${subject.user}`;
  return [
    judged('user is enabled', yes(!subject.disabled), source, 'ACCESS_DENIED', () =>
      subject.disabled ? `user ${subject.user} is disabled` : null,
    ),
    judged('user is valid until', timeText(subject.expiresAt), source, 'ACCESS_DENIED', () =>
      isOver(subject.expiresAt, now) ? `user ${subject.user} has expired` : null,
    ),
  ];
}

function ofMembership({ subject, memberships, account, now }: AccessQuestion): readonly Judged[] {
  const held = effectivePermissions(subject, memberships, now);
  const missing = NEEDED.filter((one) => !held.has(one));
  return NEEDED.map((permission) =>
    judged(
      `${permission} on safe ${account.safe}`,
      yes(held.has(permission)),
      sourceOf(permission, subject, memberships, account.safe, now),
      'ACCESS_DENIED',
      () => (held.has(permission) ? null : missingText(missing, account.safe)),
    ),
  );
}

function ofAccount({ account }: AccessQuestion): readonly Judged[] {
  const source = `account ${account.name}`;
  return [
    judged('platform is available', account.platform, source, 'ACCOUNT_DISABLED', () =>
      BUILT_IN_PLATFORMS.some((one) => one === account.base)
        ? null
        : `platform ${account.platform} is not available in this release`,
    ),
    judged(
      'account is enabled',
      yes(account.disabledWhy === null),
      source,
      'ACCOUNT_DISABLED',
      () => account.disabledWhy,
    ),
  ];
}

function ofPolicy({ policyProblem, account }: AccessQuestion): readonly Judged[] {
  return [
    judged(
      'policy settings are understood',
      yes(policyProblem === null),
      `policy of account ${account.name}`,
      'POLICY_UNREADABLE',
      () => policyProblem,
    ),
  ];
}

function ofBastion({ isolation, sessions }: AccessQuestion): readonly Judged[] {
  const { running, most } = sessions;
  return [
    judged(
      `isolation is at least ${isolation.minimum}`,
      String(isolation.level),
      'configuration of the bastion',
      'ISOLATION_TOO_LOW',
      () =>
        isolation.level < isolation.minimum
          ? `level ${isolation.level} is reached, ${isolation.minimum} is required`
          : null,
    ),
    judged(
      'number of sessions',
      most === 0 ? 'no limit' : `${running} of ${most}`,
      'configuration of the bastion',
      'TOO_MANY_SESSIONS',
      () => (most > 0 && running >= most ? `${running} of ${most} are running` : null),
    ),
  ];
}

/** Where a permission comes from, or that it comes from nowhere. */
export function sourceOf(
  permission: Permission,
  subject: Subject,
  memberships: readonly Membership[],
  safe: string,
  now: number,
): string {
  const grants = grantsOf(subject, memberships, now).filter((one) => one.permissions.includes(permission));
  if (grants.length > 0) return grants.map((grant) => grantText(grant, safe)).join('; ');
  const over = grantsOf(subject, memberships, Number.NEGATIVE_INFINITY).filter((one) =>
    one.permissions.includes(permission),
  );
  return over.length > 0
    ? over.map((grant) => `${grantText(grant, safe)}, over since ${timeText(grant.expiresAt)}`).join('; ')
    : 'no membership gives it';
}

/** ISO 8601 UTC; null is "no end". */
export function timeText(at: number | null): string {
  if (at === null) return 'no end';
  return Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at);
}

export function yes(value: boolean): string {
  return value ? 'yes' : 'no';
}

function judged(
  rule: string,
  value: string,
  source: string,
  code: FailureCode,
  why: () => string | null,
): Judged {
  const because = why();
  return { rule, value, source, denial: because === null ? null : { code, because } };
}
