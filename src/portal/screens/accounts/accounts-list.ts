import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import type { ListKind } from '../../list.js';

/** web2 before web10, whatever the case. */
const NAMES = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Favourites first, then what was used last, then by safe and address; what cannot be used comes last. */
export const accountsList: ListKind<AccountRow> = {
  idOf: (row) => row.id,
  textOf: (row) => `${accountName(row)} ${row.safe}`,
  rankOf: (row) => (row.usable ? 0 : 1),
  order: (a, b) =>
    Number(b.usable) - Number(a.usable) ||
    Number(b.favourite) - Number(a.favourite) ||
    (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0) ||
    compare(a.safe, b.safe) ||
    compare(a.address, b.address) ||
    compare(a.user, b.user) ||
    (a.id < b.id ? -1 : 1),
};

/** Most neighbours share their safe, and collating costs. */
function compare(a: string, b: string): number {
  return a === b ? 0 : NAMES.compare(a, b);
}
