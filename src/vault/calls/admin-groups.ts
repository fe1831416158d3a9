import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { makeId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';
import { done, failed } from '#/domain/outcome.js';
import type { Group } from '../records/people.js';
import type { Records } from '../records/records.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.group.add'
  | 'admin.group.list'
  | 'admin.group.set'
  | 'admin.group.member'
  | 'admin.group.delete';

/** Groups, as the console manages them. */
export function adminGroupCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  return {
    async 'admin.group.add'({ name }) {
      const check = checkName('group', name);
      if (!check.ok) return failed(failure('BAD_INPUT', `the name ${check.why}`));
      return await store.transaction(async (records) => {
        if ((await records.people.groupByName(check.name)) !== null)
          return failed(failure('ALREADY_EXISTS', `Group ${check.name}`));
        const group: Group = {
          id: makeId('group', vault.random(20)),
          name: check.name,
          builtIn: false,
          rights: [],
          members: [],
          secondFactor: 'optional',
        };
        await records.people.addGroup(group);
        await note(vault, records, group.name, 'added');
        return done({ value: group });
      });
    },
    'admin.group.list': () =>
      store.transaction(async (records) => done({ value: await records.people.groups() })),
    'admin.group.set': ({ name, secondFactor }) =>
      withGroup<'admin.group.set'>(vault, name, async (group, records) => {
        await records.people.setGroupSecondFactor(group.id, secondFactor);
        await note(vault, records, group.name, `second factor: ${secondFactor}`);
        return done({ value: { ...group, secondFactor } });
      }),
    'admin.group.member': ({ group: name, user: userName, present }) =>
      withGroup<'admin.group.member'>(vault, name, async (group, records) => {
        const user = await records.people.userByName(userName);
        if (user === null) return failed(failure('NOT_FOUND', `User ${userName}`));
        await records.people.setGroupMember(group.id, user.id, present);
        await note(vault, records, group.name, `${present ? 'added' : 'removed'} member ${user.name}`);
        return done({ value: null });
      }),
    'admin.group.delete': ({ name }) =>
      withGroup<'admin.group.delete'>(vault, name, async (group, records) => {
        if (group.builtIn) return failed(denied(`group ${group.name} is built in`, 'builtIn'));
        await records.people.deleteGroup(group.id);
        await note(vault, records, group.name, 'deleted');
        return done({ value: null });
      }),
  };
}

async function withGroup<K extends Names>(
  vault: Vault,
  name: string,
  work: (group: Group, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records): Promise<Answer<K>> => {
    const group = await records.people.groupByName(name);
    return group === null ? failed(failure('NOT_FOUND', `Group ${name}`)) : await work(group, records);
  });
}

async function note(vault: Vault, records: Records, target: string, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...CONSOLE,
    action: 'groupChanged',
    outcome: 'ok',
    target,
    detail,
  });
}
