import type { MetaRecords } from '#/vault/records/records.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';

const valueOf = fixedQuery((db, given: { readonly name: string }) =>
  db.selectFrom('meta').select('value').where('name', '=', given.name),
);
const put = fixedQuery((db, { name, value }: { readonly name: string; readonly value: Uint8Array }) =>
  db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((is) => is.column('name').doUpdateSet({ value })),
);

export function metaRecords(fixed: FixedQueries): MetaRecords {
  return {
    async value(name) {
      const row = await fixed.first(valueOf, { name });
      return row === undefined ? null : Buffer.from(row.value);
    },
    async setValue(name, value) {
      await fixed.run(put, { name, value });
    },
  };
}
