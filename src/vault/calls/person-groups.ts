import type { CallName } from '#/contract/calls.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { makeId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { groupOutOfReach, holdsAll, mayNotAskLess, mayNotPutIn, mayNotTakeOut } from '#/policy/delegation.js';
import { putInGroup } from '../group-members.js';
import { managedUser } from '../managed-user.js';
import { withVaultRight } from '../person-rights.js';
import type { Person } from '../persons.js';
import type { Group } from '../records/people.js';
import type { Handlers, Vault } from '../vault.js';

type Names = Extract<CallName, 'person.groups' | `person.group.${string}`>;

/** Groups, as people manage them. Nobody manages a group that he is not in himself, unless he holds every right. */
export function personGroupCalls(vault: Vault): Handlers<Names> {
  return {
    'person.groups': (args, asking) =>
      withVaultRight(vault, 'person.groups', args, asking, async ({ records }) =>
        done({ value: await records.people.groups() }),
      ),
    'person.group.add': (args, asking) =>
      withVaultRight(vault, 'person.group.add', args, asking, async (person) => {
        const { records, user } = person;
        const check = checkName('group', args.name);
        if (!check.ok) return failed(failure('BAD_INPUT', `the name ${check.why}`));
        if ((await records.people.groupByName(check.name)) !== null)
          return failed(failure('ALREADY_EXISTS', `Group ${check.name}`));
        const id = makeId('group', vault.random(20));
        await records.people.addGroup({ id, name: check.name, builtIn: false, rights: [] });
        const first = !holdsAll(user);
        if (first) await records.people.setGroupMember(id, user.id, true);
        await note(vault, person, check.name, `added${first ? `, with ${user.name} in it` : ''}`);
        return done({ value: null });
      }),
    'person.group.set': (args, asking) =>
      withVaultRight(vault, 'person.group.set', args, asking, async (person) => {
        const found = await managedGroup(person, args.name);
        if (!found.ok) return found;
        const less = mayNotAskLess(person.user, found.value, args.secondFactor);
        if (less !== null) return failed(failure('DENIED', less));
        await person.records.people.setGroupSecondFactor(found.value.id, args.secondFactor);
        await note(vault, person, found.value.name, `second factor: ${args.secondFactor}`);
        return done({ value: null });
      }),
    'person.group.member': (args, asking) =>
      withVaultRight(vault, 'person.group.member', args, asking, async (person) => {
        const group = await managedGroup(person, args.group);
        if (!group.ok) return group;
        const user = await managedUser(person, args.user);
        if (!user.ok) return user;
        const less = (args.present ? mayNotPutIn : mayNotTakeOut)(person.user, group.value);
        if (less !== null) return failed(failure('DENIED', less));
        return await putInGroup(vault, person, group.value, user.value, args.present);
      }),
    'person.group.delete': (args, asking) =>
      withVaultRight(vault, 'person.group.delete', args, asking, async (person) => {
        const found = await managedGroup(person, args.name);
        if (!found.ok) return found;
        if (found.value.builtIn) return failed(denied(`group ${found.value.name} is built in`, 'builtIn'));
        // what it asks goes with it
        const less = mayNotAskLess(person.user, found.value, 'optional');
        if (less !== null) return failed(failure('DENIED', less));
        await person.records.people.deleteGroup(found.value.id);
        await note(vault, person, found.value.name, 'deleted');
        return done({ value: null });
      }),
  };
}

/** The group, when it is one that this person may manage. */
async function managedGroup({ user, records }: Person, name: string): Promise<Outcome<Group>> {
  const group = await records.people.groupByName(name);
  if (group === null) return failed(failure('NOT_FOUND', `Group ${name}`));
  const why = groupOutOfReach(user, group);
  return why === null ? done(group) : failed(failure('DENIED', why));
}

async function note(vault: Vault, { records, about }: Person, target: string, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...about,
    action: 'groupChanged',
    outcome: 'ok',
    target,
    detail,
  });
}
