import type { Selectable, Transaction } from 'kysely';
import type { SafeId } from '#/domain/ids.js';
import type { Permission } from '#/domain/permission.js';
import type { Safe, SafeRecords } from '#/vault/records/safes.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { forgetSettings } from './policy.js';
import type { Tables } from './tables.js';
import { flag, nameKey } from './values.js';

const byId = fixedQuery((db, given: { readonly id: string }) =>
  db.selectFrom('safes').selectAll().where('id', '=', given.id),
);
const byName = fixedQuery((db, given: { readonly key: string }) =>
  db.selectFrom('safes').selectAll().where('name_key', '=', given.key),
);
const membersOf = fixedQuery((db, given: { readonly safe: string }) =>
  db
    .selectFrom('memberships')
    .leftJoin('users', (on) =>
      on.onRef('users.id', '=', 'memberships.member_id').on('memberships.kind', '=', 'user'),
    )
    .leftJoin('groups', (on) =>
      on.onRef('groups.id', '=', 'memberships.member_id').on('memberships.kind', '=', 'group'),
    )
    .select([
      'memberships.kind',
      'memberships.member_id',
      'memberships.permissions',
      'memberships.expires_at',
      'users.name as user',
      'groups.name as group',
    ])
    .where('memberships.safe_id', '=', given.safe)
    .orderBy('memberships.kind', 'desc')
    .orderBy('user')
    .orderBy('group'),
);

export function safeRecords(db: Transaction<Tables>, fixed: FixedQueries): SafeRecords {
  return {
    async safe(id) {
      const row = await fixed.first(byId, { id });
      return row === undefined ? null : safeOf(row);
    },
    async safeByName(name) {
      const row = await fixed.first(byName, { key: nameKey(name) });
      return row === undefined ? null : safeOf(row);
    },
    async safes() {
      const rows = await db
        .selectFrom('safes')
        .selectAll()
        .select((e) =>
          e
            .selectFrom('accounts')
            .select((a) => a.fn.countAll<number>().as('n'))
            .whereRef('accounts.safe_id', '=', 'safes.id')
            .as('accounts'),
        )
        .select((e) =>
          e
            .selectFrom('memberships')
            .select((a) => a.fn.countAll<number>().as('n'))
            .whereRef('memberships.safe_id', '=', 'safes.id')
            .as('members'),
        )
        .orderBy('name_key')
        .execute();
      return rows.map((row) => ({ ...safeOf(row), accounts: row.accounts ?? 0, members: row.members ?? 0 }));
    },
    async addSafe({ id, name, builtIn, wrappedKey, recipient }) {
      await db
        .insertInto('safes')
        .values({
          id,
          name,
          name_key: nameKey(name),
          built_in: flag(builtIn),
          wrapped_key: wrappedKey,
          recipient,
        })
        .execute();
    },
    async renameSafe(id, name) {
      await db
        .updateTable('safes')
        .set({ name, name_key: nameKey(name) })
        .where('id', '=', id)
        .execute();
    },
    async deleteSafe(id) {
      await forgetSettings(db, 'safe', id);
      await db.deleteFrom('safes').where('id', '=', id).execute();
    },
    async memberships(safe) {
      const rows = await fixed.rows(membersOf, { safe });
      return rows.map((row) => ({
        kind: row.kind,
        memberId: row.member_id,
        member: row.user ?? row.group ?? row.member_id,
        expiresAt: row.expires_at,
        permissions: JSON.parse(row.permissions) as Permission[],
      }));
    },
    async putMembership(safe, { kind, memberId, permissions, expiresAt }) {
      const values = { permissions: JSON.stringify(permissions), expires_at: expiresAt };
      await db
        .insertInto('memberships')
        .values({ safe_id: safe, kind, member_id: memberId, ...values })
        .onConflict((is) => is.columns(['safe_id', 'kind', 'member_id']).doUpdateSet(values))
        .execute();
    },
    async removeMembership(safe, kind, memberId) {
      const result = await db
        .deleteFrom('memberships')
        .where('safe_id', '=', safe)
        .where('kind', '=', kind)
        .where('member_id', '=', memberId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

function safeOf(row: Selectable<Tables['safes']>): Safe {
  return {
    id: row.id as SafeId,
    name: row.name,
    builtIn: row.built_in === 1,
    wrappedKey: Buffer.from(row.wrapped_key),
    recipient: row.recipient === null ? null : Buffer.from(row.recipient),
  };
}
