import type { Permission } from '#/domain/permission.js';

/** A person as policy sees him. */
export interface Subject {
  readonly userId: string;
  readonly user: string;
  readonly groupIds: readonly string[];
  readonly groups: readonly string[];
}

/** A user's or a group's membership in a safe. */
export interface Membership {
  readonly kind: 'user' | 'group';
  readonly memberId: string;
  readonly member: string;
  readonly permissions: readonly Permission[];
  /** Milliseconds since 1970; null: never. */
  readonly expiresAt: number | null;
}

/** The memberships that count for a person now: his own and his groups', without the expired ones. */
export function grantsOf(
  subject: Subject,
  memberships: readonly Membership[],
  now: number,
): readonly Membership[] {
  return memberships.filter((one) => !isOver(one.expiresAt, now) && isOf(subject, one));
}

export function effectivePermissions(
  subject: Subject,
  memberships: readonly Membership[],
  now: number,
): ReadonlySet<Permission> {
  return new Set(grantsOf(subject, memberships, now).flatMap((one) => one.permissions));
}

export function isOver(expiresAt: number | null, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

function isOf(subject: Subject, one: Membership): boolean {
  return one.kind === 'user' ? one.memberId === subject.userId : subject.groupIds.includes(one.memberId);
}
