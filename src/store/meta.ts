import type { Transaction } from 'kysely';
import type { MetaRecords } from '#/vault/records/records.js';
import type { Tables } from './tables.js';

export function metaRecords(db: Transaction<Tables>): MetaRecords {
  return {
    async value(name) {
      const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirst();
      return row === undefined ? null : Buffer.from(row.value);
    },
    async setValue(name, value) {
      await db
        .insertInto('meta')
        .values({ name, value })
        .onConflict((is) => is.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
