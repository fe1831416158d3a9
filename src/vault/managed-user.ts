import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { BUILT_IN_GROUPS } from '#/domain/people.js';
import { outOfReach } from '#/policy/delegation.js';
import type { Person } from './persons.js';
import type { User } from './records/people.js';

/** The user, when it is one that this person may manage: never himself, nor who can do more than he can. */
export async function managedUser({ user: me, records }: Person, name: string): Promise<Outcome<User>> {
  const user = await records.people.userByName(name);
  if (user === null) return failed(failure('NOT_FOUND', `User ${name}`));
  if (user.id === me.id) return failed(denied('nobody manages his own user', 'own'));
  const why = outOfReach(me, user, BUILT_IN_GROUPS);
  return why === null ? done(user) : failed(failure('DENIED', why));
}
