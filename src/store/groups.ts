import type { Selectable, Transaction } from 'kysely';
import type { GroupId } from '#/domain/ids.js';
import type { VaultRight } from '#/domain/permission.js';
import type { SecondFactorPolicy } from '#/domain/second-factor.js';
import type { Group, PeopleRecords } from '#/vault/records/people.js';
import type { Tables } from './tables.js';
import { flag, nameKey } from './values.js';

export function groupRecords(
  db: Transaction<Tables>,
): Pick<
  PeopleRecords,
  'groupByName' | 'groups' | 'addGroup' | 'setGroupSecondFactor' | 'deleteGroup' | 'setGroupMember'
> {
  return {
    async groupByName(name) {
      const row = await db
        .selectFrom('groups')
        .selectAll()
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst();
      return row === undefined ? null : await complete(db, row);
    },
    async groups() {
      const rows = await db.selectFrom('groups').selectAll().orderBy('name_key').execute();
      const groups: Group[] = [];
      for (const row of rows) groups.push(await complete(db, row));
      return groups;
    },
    async addGroup({ id, name, builtIn, rights }) {
      await db
        .insertInto('groups')
        .values({ id, name, name_key: nameKey(name), built_in: flag(builtIn) })
        .execute();
      for (const right of rights)
        await db.insertInto('group_rights').values({ group_id: id, right }).execute();
    },
    async setGroupSecondFactor(id, policy) {
      await db.updateTable('groups').set({ second_factor: policy }).where('id', '=', id).execute();
    },
    async deleteGroup(id) {
      await db.deleteFrom('memberships').where('kind', '=', 'group').where('member_id', '=', id).execute();
      await db.deleteFrom('groups').where('id', '=', id).execute();
    },
    async setGroupMember(group, user, present) {
      if (present)
        await db
          .insertInto('group_members')
          .values({ group_id: group, user_id: user })
          .onConflict((is) => is.doNothing())
          .execute();
      else
        await db
          .deleteFrom('group_members')
          .where('group_id', '=', group)
          .where('user_id', '=', user)
          .execute();
    },
  };
}

async function complete(db: Transaction<Tables>, row: Selectable<Tables['groups']>): Promise<Group> {
  const members = await db
    .selectFrom('group_members')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .select('users.name')
    .where('group_members.group_id', '=', row.id)
    .orderBy('users.name_key')
    .execute();
  const rights = await db.selectFrom('group_rights').select('right').where('group_id', '=', row.id).execute();
  return {
    id: row.id as GroupId,
    name: row.name,
    builtIn: row.built_in === 1,
    rights: rights.map((one) => one.right as VaultRight),
    members: members.map((one) => one.name),
    secondFactor: row.second_factor as SecondFactorPolicy,
  };
}
