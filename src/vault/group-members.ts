import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { groupOutOfReach, mayNotPutIn, mayNotTakeOut } from '#/policy/delegation.js';
import type { Person } from './persons.js';
import type { Group, User } from './records/people.js';
import type { Vault } from './vault.js';

interface Doing {
  readonly records: Person['records'];
  readonly about: Person['about'];
}

/** Puts a user into a group or takes him out of it; says so in the audit when that changed anything. */
export async function putInGroup(
  vault: Vault,
  { records, about }: Doing,
  group: Pick<Group, 'id' | 'name'>,
  user: User,
  present: boolean,
): Promise<Outcome<{ readonly value: null }>> {
  if (user.groupIds.includes(group.id) === present) return done({ value: null });
  const why = present ? null : await whyHeStays(records, group, user);
  if (why !== null) return failed(failure('BAD_INPUT', why));
  await records.people.setGroupMember(group.id, user.id, present);
  await vault.journal.append(records.audit, {
    ...about,
    action: 'groupChanged',
    outcome: 'ok',
    target: group.name,
    detail: `${present ? 'added' : 'removed'} member ${user.name}`,
  });
  return done({ value: null });
}

/** The next look at his directory would put him back. */
async function whyHeStays(
  records: Person['records'],
  group: Pick<Group, 'id' | 'name'>,
  user: User,
): Promise<string | null> {
  const member = await records.directories.directoryUser(user.id);
  return member?.groups.includes(group.id) === true
    ? `${user.name} is in ${group.name} by a map of the directory ${member.directory}`
    : null;
}

export interface GroupChanges {
  readonly added: readonly Group[];
  readonly removed: readonly Group[];
}

/** What makes these the groups of a user, when all of it is within the person's reach. Nothing is changed yet. */
export async function groupChanges(
  { user: me, records }: Person,
  user: User,
  names: readonly string[],
): Promise<Outcome<GroupChanges>> {
  const wanted: Group[] = [];
  for (const name of names) {
    const group = await records.people.groupByName(name);
    if (group === null) return failed(failure('NOT_FOUND', `Group ${name}`));
    wanted.push(group);
  }
  const added = wanted.filter(({ id }) => !user.groupIds.includes(id));
  const removed = (await records.people.groups()).filter(
    ({ id }) => user.groupIds.includes(id) && !wanted.some((one) => one.id === id),
  );
  for (const group of [...added, ...removed]) {
    const why = groupOutOfReach(me, group);
    if (why !== null) return failed(failure('DENIED', why));
  }
  for (const group of added) {
    const less = mayNotPutIn(me, group);
    if (less !== null) return failed(failure('DENIED', less));
  }
  for (const group of removed) {
    const less = mayNotTakeOut(me, group);
    if (less !== null) return failed(failure('DENIED', less));
    const why = await whyHeStays(records, group, user);
    if (why !== null) return failed(failure('BAD_INPUT', why));
  }
  return done({ added, removed });
}
