import type { Transaction } from 'kysely';
import type { AccountRecords } from '#/vault/records/accounts.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';

const pinned = fixedQuery((db, given: { readonly address: string; readonly port: number }) =>
  db
    .selectFrom('host_keys')
    .select(['type', 'base64'])
    .where('address', '=', given.address)
    .where('port', '=', given.port),
);

export function hostKeyRecords(
  db: Transaction<Tables>,
  fixed: FixedQueries,
): Pick<AccountRecords, 'hostKey' | 'hostKeys' | 'pinHostKey' | 'unpinHostKey'> {
  return {
    async hostKey(address, port) {
      return (await fixed.first(pinned, { address: address.toLowerCase(), port })) ?? null;
    },
    async hostKeys() {
      const rows = await db.selectFrom('host_keys').selectAll().execute();
      return rows.map(({ address, port, type, base64 }) => ({ address, port, key: { type, base64 } }));
    },
    async pinHostKey(address, port, { type, base64 }, by, at) {
      const values = { type, base64, pinned_by: by, pinned_at: at };
      await db
        .insertInto('host_keys')
        .values({ address: address.toLowerCase(), port, ...values })
        .onConflict((is) => is.columns(['address', 'port']).doUpdateSet(values))
        .execute();
    },
    async unpinHostKey(address, port) {
      await db
        .deleteFrom('host_keys')
        .where('address', '=', address.toLowerCase())
        .where('port', '=', port)
        .execute();
    },
  };
}
