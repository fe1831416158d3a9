import type { Permission, VaultRight } from '#/domain/permission.js';
import { VAULT_RIGHTS } from '#/domain/permission.js';
import { SECOND_FACTOR_POLICIES, type SecondFactorPolicy } from '#/domain/second-factor.js';
import { grantsOf, type Membership, type Subject } from './grants.js';

export interface Delegation {
  /** Who gives. */
  readonly subject: Subject;
  readonly memberships: readonly Membership[];
  readonly now: number;
  /** What the member is to have, and what the member has now (null: is no member). */
  readonly wanted: { readonly permissions: readonly Permission[]; readonly expiresAt: number | null };
  readonly present: Membership | null;
}

/**
 * The permissions that the giver may not give: nobody gives more than he holds, or for longer than he holds it.
 * What the member has already may stay as long as it is.
 */
export function beyondReach({
  subject,
  memberships,
  now,
  wanted,
  present,
}: Delegation): readonly Permission[] {
  const until = timeOf(wanted.expiresAt);
  const mine = grantsOf(subject, memberships, now);
  return wanted.permissions.filter((permission) => {
    const covers = (one: Membership): boolean =>
      one.permissions.includes(permission) && timeOf(one.expiresAt) >= until;
    return !(mine.some(covers) || (present !== null && covers(present)));
  });
}

export interface Holder {
  readonly rights: readonly VaultRight[];
  readonly groups: readonly string[];
}

/**
 * What keeps somebody from managing a user, or null: nobody may touch, make or let in a user who can do more than he can
 * himself, or else resetting a password would be a way to any right. Who holds every right may manage everybody.
 */
export function outOfReach(actor: Holder, target: Holder, guarded: readonly string[]): string | null {
  if (holdsAll(actor)) return null;
  const right = target.rights.find((one) => !actor.rights.includes(one));
  if (right !== undefined) return `the user holds ${right}, and you do not`;
  const group = target.groups.find((one) => guarded.includes(one) && !actor.groups.includes(one));
  return group === undefined ? null : `the user is in ${group}, and you are not`;
}

/** Who holds every right may manage everybody and every group. */
export function holdsAll({ rights }: Pick<Holder, 'rights'>): boolean {
  return VAULT_RIGHTS.every((right) => rights.includes(right));
}

/**
 * What keeps somebody from managing a group, or null. Being put into a group gives whatever it has anywhere: nobody puts
 * others where he is not himself.
 */
export function groupOutOfReach(
  actor: Holder,
  group: { readonly name: string; readonly rights: readonly VaultRight[] },
): string | null {
  if (holdsAll(actor)) return null;
  const right = group.rights.find((one) => !actor.rights.includes(one));
  if (right !== undefined) return `the group ${group.name} holds ${right}, and you do not`;
  return actor.groups.includes(group.name) ? null : `you are not in ${group.name}`;
}

/** Why somebody may not have a group ask for less at a login, or null: he is in it himself, and asks it of himself, too. */
export function mayNotAskLess(
  actor: Pick<Holder, 'rights'>,
  group: { readonly name: string; readonly secondFactor: SecondFactorPolicy },
  wanted: SecondFactorPolicy,
): string | null {
  const rank = (policy: SecondFactorPolicy): number => SECOND_FACTOR_POLICIES.indexOf(policy);
  return holdsAll(actor) || rank(wanted) >= rank(group.secondFactor)
    ? null
    : `only who holds every right has ${group.name} ask for less than ${group.secondFactor}`;
}

/** Why somebody may not take people out of a group, or null: with the group goes the second factor that it asks for. */
export function mayNotTakeOut(
  actor: Pick<Holder, 'rights'>,
  group: { readonly name: string; readonly secondFactor: SecondFactorPolicy },
): string | null {
  return mayNotAskLess(actor, group, 'optional') === null
    ? null
    : `only who holds every right takes people out of ${group.name}, which requires a second factor`;
}

/** Why somebody may not put people into a group, or null: where nobody is asked, not even who set up a second factor is. */
export function mayNotPutIn(
  actor: Pick<Holder, 'rights'>,
  group: { readonly name: string; readonly secondFactor: SecondFactorPolicy },
): string | null {
  return holdsAll(actor) || group.secondFactor !== 'off'
    ? null
    : `only who holds every right puts people into ${group.name}, where no second factor is asked`;
}

/**
 * Why somebody may not have a directory's people get other maps than before, or null. Each map is what its groups ask; no
 * map is nothing: who has none can get another later.
 */
export function mayNotRemap(
  actor: Pick<Holder, 'rights'>,
  lost: readonly (readonly SecondFactorPolicy[])[],
  given: readonly (readonly SecondFactorPolicy[])[],
): string | null {
  const requires = (asked: readonly SecondFactorPolicy[]): boolean => asked.includes('required');
  return holdsAll(actor) || !lost.some(requires) || given.every(requires)
    ? null
    : 'only who holds every right takes from people of a directory the group that requires a second factor of them';
}

function timeOf(expiresAt: number | null): number {
  return expiresAt ?? Number.POSITIVE_INFINITY;
}
