import type { Transaction } from 'kysely';
import type { SecondFactorRecords } from '#/vault/records/second-factors.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

export function secondFactorRecords(db: Transaction<Tables>): SecondFactorRecords {
  const dropFactor = (user: string, confirmed: boolean) =>
    db
      .deleteFrom('second_factors')
      .where('user_id', '=', user)
      .where('confirmed', '=', flag(confirmed))
      .execute();
  const dropCodes = (user: string) => db.deleteFrom('recovery_codes').where('user_id', '=', user).execute();
  return {
    async factor(user, which) {
      const row = await db
        .selectFrom('second_factors')
        .selectAll()
        .where('user_id', '=', user)
        .where('confirmed', '=', flag(which === 'confirmed'))
        .executeTakeFirst();
      if (row === undefined) return null;
      return { sealed: Buffer.from(row.sealed), confirmed: row.confirmed === 1, lastStep: row.last_step };
    },
    async putPending(user, sealed) {
      await dropFactor(user, false);
      await db
        .insertInto('second_factors')
        .values({ user_id: user, confirmed: 0, sealed, last_step: 0 })
        .execute();
    },
    async confirm(user, step, recoveryHashes) {
      await dropFactor(user, true);
      await db
        .updateTable('second_factors')
        .set({ confirmed: 1, last_step: step })
        .where('user_id', '=', user)
        .execute();
      await dropCodes(user);
      for (const hash of recoveryHashes)
        await db.insertInto('recovery_codes').values({ user_id: user, hash }).execute();
    },
    // the condition stands in the statement: on any database, whoever writes first wins
    async useStep(user, step) {
      const result = await db
        .updateTable('second_factors')
        .set({ last_step: step })
        .where('user_id', '=', user)
        .where('confirmed', '=', 1)
        .where('last_step', '<', step)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n;
    },
    async useRecoveryCode(user, hash) {
      const result = await db
        .deleteFrom('recovery_codes')
        .where('user_id', '=', user)
        .where('hash', '=', hash)
        .executeTakeFirst();
      return result.numDeletedRows === 1n;
    },
    async remove(user) {
      await db.deleteFrom('second_factors').where('user_id', '=', user).execute();
      await dropCodes(user);
    },
  };
}

const inUse = fixedQuery((db, given: { readonly user: string }) =>
  db
    .selectFrom('second_factors')
    .select('user_id')
    .where('user_id', '=', given.user)
    .where('confirmed', '=', 1),
);
const codesLeft = fixedQuery((db, given: { readonly user: string }) =>
  db
    .selectFrom('recovery_codes')
    .select((e) => e.fn.countAll<number>().as('left'))
    .where('user_id', '=', given.user),
);

/** Whether a person has a second factor in use, and how many recovery codes are left. */
export async function enrolmentOf(
  fixed: FixedQueries,
  user: string,
): Promise<{ readonly enrolled: boolean; readonly recoveryLeft: number }> {
  if ((await fixed.first(inUse, { user })) === undefined) return { enrolled: false, recoveryLeft: 0 };
  const codes = await fixed.first(codesLeft, { user });
  return { enrolled: true, recoveryLeft: codes?.left ?? 0 };
}
