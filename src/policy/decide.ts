import type { FailureCode } from '#/domain/failure.js';
import { grantText, missingText } from './explain.js';
import { effectivePermissions, grantsOf, isOver, type Membership } from './grants.js';
import { type AccessQuestion, judgeRules, NEEDED } from './rules.js';

export type { AccessQuestion } from './rules.js';

export type Verdict =
  | { readonly kind: 'permit'; readonly reasons: readonly string[] }
  | { readonly kind: 'deny'; readonly code: FailureCode; readonly because: string };

/** May this person connect with this account now? The first rule that says no is the reason. */
export function decide(question: AccessQuestion): Verdict {
  for (const { denial } of judgeRules(question)) if (denial !== null) return { kind: 'deny', ...denial };
  const { subject, memberships, account, now } = question;
  const because = grantsOf(subject, memberships, now).filter((one) =>
    one.permissions.some((permission) => NEEDED.includes(permission)),
  );
  return { kind: 'permit', reasons: because.map((grant) => grantText(grant, account.safe)) };
}

/**
 * Why a session that runs must end, or null. Only the person's own rights count: a changed account or a full bastion
 * keeps new sessions out and lets this one finish.
 */
export function withdrawal(
  subject: AccessQuestion['subject'],
  memberships: readonly Membership[],
  safe: string,
  now: number,
): string | null {
  if (subject.disabled) return `user ${subject.user} is disabled`;
  if (isOver(subject.expiresAt, now)) return `user ${subject.user} has expired`;
  const held = effectivePermissions(subject, memberships, now);
  const missing = NEEDED.filter((one) => !held.has(one));
  return missing.length === 0 ? null : missingText(missing, safe);
}
