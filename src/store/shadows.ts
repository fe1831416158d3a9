import type { Transaction } from 'kysely';
import type { UserId } from '#/domain/ids.js';
import type { Shadow, ShadowRecords } from '#/vault/records/shadows.js';
import type { Tables } from './tables.js';

export function shadowRecords(db: Transaction<Tables>): ShadowRecords {
  const selected = () =>
    db
      .selectFrom('shadows')
      .innerJoin('users', 'users.id', 'shadows.user_id')
      .selectAll('shadows')
      .select('users.name as user');
  type Row = Awaited<ReturnType<ReturnType<typeof selected>['executeTakeFirstOrThrow']>>;
  const shadowOf = (row: Row): Shadow => ({
    userId: row.user_id as UserId,
    user: row.user,
    name: row.name,
    uid: row.uid,
    state: row.state === 'deleted' ? 'deleted' : 'active',
    profileVersion: row.profile_version,
    lastUsedAt: row.last_used_at,
  });
  return {
    async shadow(user) {
      const row = await selected().where('shadows.user_id', '=', user).executeTakeFirst();
      return row === undefined ? null : shadowOf(row);
    },
    async shadows() {
      return (await selected().orderBy('shadows.uid').execute()).map(shadowOf);
    },
    async addShadow({ userId, name, uid, state, profileVersion, lastUsedAt }) {
      await db
        .insertInto('shadows')
        .values({
          user_id: userId,
          name,
          uid,
          state,
          profile_version: profileVersion,
          last_used_at: lastUsedAt,
        })
        .execute();
    },
    async changeShadow(user, { state, profileVersion, lastUsedAt }) {
      await db
        .updateTable('shadows')
        .where('user_id', '=', user)
        .set({
          ...(state === undefined ? {} : { state }),
          ...(profileVersion === undefined ? {} : { profile_version: profileVersion }),
          ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
        })
        .execute();
    },
  };
}
