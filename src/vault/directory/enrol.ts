import type { AccountState, DirectoryPerson } from '#/contract/directory-calls.js';
import type { GroupId } from '#/domain/ids.js';
import { makeId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import { firstMatch, ruleText } from '#/policy/directory-map.js';
import type { DirectoryMap, DirectoryUser, StoredDirectory } from '../records/directories.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import type { Vault } from '../vault.js';

export type Enrolled =
  | { readonly kind: 'in'; readonly user: User }
  /** `user` is who he was here before; he has nothing any more. */
  | {
      readonly kind: 'refused';
      readonly reason: 'no-map' | 'name-taken' | 'unusable-name' | Exclude<AccountState, 'active'>;
      readonly user: User | null;
    };

/** The directory's name is in that of each of its people: nobody can be taken for a user of the vault's own. */
export function nameHere(name: string, directory: { readonly name: string }): string {
  return `${name}@${directory.name}`;
}

/** Gives a person what the first fitting map says, and nothing else; makes his user at his first login. */
export async function enrol(
  vault: Vault,
  records: Records,
  directory: StoredDirectory,
  person: DirectoryPerson,
): Promise<Enrolled> {
  const known = await records.directories.userOf(directory.name, person.id);
  const map =
    person.state === 'active' ? firstMatch(await records.directories.maps(directory.name), person) : null;
  if (map === null) {
    const user = known === null ? null : await stripped(vault, records, known);
    return { kind: 'refused', reason: person.state === 'active' ? 'no-map' : person.state, user };
  }
  const member = known ?? (await newUser(vault, records, directory, person));
  if (typeof member === 'string') return { kind: 'refused', reason: member, user: null };
  const user = await give(vault, records, { ...member, dn: person.dn }, map);
  return user === null ? { kind: 'refused', reason: 'name-taken', user: null } : { kind: 'in', user };
}

/** Takes away what the directory gave him. What an administrator gave him here stays, and does not let him in. */
export async function stripped(vault: Vault, records: Records, known: DirectoryUser): Promise<User | null> {
  return await give(vault, records, known, { groups: [], rights: [], location: null });
}

async function newUser(
  vault: Vault,
  records: Records,
  directory: StoredDirectory,
  person: DirectoryPerson,
): Promise<DirectoryUser | 'name-taken' | 'unusable-name'> {
  const check = checkName('user', nameHere(person.name, directory));
  if (!check.ok) return 'unusable-name';
  if ((await records.people.userByName(check.name)) !== null) return 'name-taken';
  const userId = makeId('user', vault.random(20));
  await records.people.addUser({
    id: userId,
    name: check.name,
    passwordHash: null,
    mustChangePassword: false,
    disabled: false,
    expiresAt: null,
    logonHours: null,
    rights: [],
  });
  await vault.journal.append(records.audit, {
    action: 'userChanged',
    outcome: 'ok',
    actor: `directory ${directory.name}`,
    target: check.name,
    detail: `made at the first login, from ${person.dn}`,
  });
  return {
    userId,
    directory: directory.name,
    externalId: person.id,
    dn: person.dn,
    groups: [],
    location: null,
  };
}

async function give(
  vault: Vault,
  records: Records,
  member: DirectoryUser,
  map: Pick<DirectoryMap, 'groups' | 'rights' | 'location'> & Partial<Pick<DirectoryMap, 'rule'>>,
): Promise<User | null> {
  const before = await records.people.user(member.userId);
  if (before === null) return null;
  const names = new Map((await records.people.groups()).map((group) => [group.id, group.name]));
  const groups = map.groups.filter((id) => names.has(id));
  for (const id of member.groups)
    if (!groups.includes(id)) await records.people.setGroupMember(id, member.userId, false);
  for (const id of groups) await records.people.setGroupMember(id, member.userId, true);
  await records.directories.setRights(member.userId, map.rights);
  await records.directories.putUser({ ...member, groups, location: map.location });
  const after = await records.people.user(member.userId);
  if (after !== null && changed(before, after))
    await vault.journal.append(records.audit, {
      action: 'userChanged',
      outcome: 'ok',
      actor: `directory ${member.directory}`,
      target: after.name,
      detail: detailOf(map, groups, names),
    });
  return after;
}

function changed(before: User, after: User): boolean {
  const all = (user: User): string => JSON.stringify([[...user.groups].sort(), [...user.rights].sort()]);
  return all(before) !== all(after);
}

function detailOf(
  map: Partial<Pick<DirectoryMap, 'rule'>> & Pick<DirectoryMap, 'rights'>,
  groups: readonly GroupId[],
  names: ReadonlyMap<GroupId, string>,
): string {
  const what = groups.map((id) => names.get(id) ?? id).join(', ') || 'no groups';
  const rights = map.rights.length === 0 ? '' : `, rights ${map.rights.join(', ')}`;
  return map.rule === undefined
    ? `nothing of the directory's any more`
    : `${what}${rights}, by the map "${ruleText(map.rule)}"`;
}
