import type { Transaction } from 'kysely';
import type { ComponentRecords } from '#/vault/records/components.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

const byName = fixedQuery((db, given: { readonly name: string }) =>
  db.selectFrom('components').selectAll().where('name', '=', given.name),
);

export function componentRecords(db: Transaction<Tables>, fixed: FixedQueries): ComponentRecords {
  return {
    async component(name) {
      const row = await fixed.first(byName, { name });
      if (row === undefined) return null;
      return {
        hash: Buffer.from(row.password_hash),
        previous: row.previous_hash === null ? null : Buffer.from(row.previous_hash),
        previousUntil: row.previous_until,
        rotatedAt: row.rotated_at,
        disabled: row.disabled === 1,
      };
    },
    async putComponent(name, { hash, previous, previousUntil, rotatedAt, disabled }) {
      const values = {
        password_hash: hash,
        previous_hash: previous,
        previous_until: previousUntil,
        rotated_at: rotatedAt,
        disabled: flag(disabled),
      };
      await db
        .insertInto('components')
        .values({ name, ...values })
        .onConflict((is) => is.column('name').doUpdateSet(values))
        .execute();
    },
  };
}
