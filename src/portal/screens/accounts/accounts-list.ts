import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import type { ListKind } from '../../list.js';

/** Favourites first, then what was used last, then by safe and name. */
export const accountsList: ListKind<AccountRow> = {
  idOf: (row) => row.id,
  textOf: (row) => `${accountName(row)} ${row.safe}`,
  order: (a, b) =>
    Number(b.favourite) - Number(a.favourite) ||
    (b.lastUsedAt ?? 0) - (a.lastUsedAt ?? 0) ||
    compare(a.safe, b.safe) ||
    compare(accountName(a), accountName(b)) ||
    compare(a.id, b.id),
};

/** By code point after lower case: the same everywhere, and fast for thousands. */
function compare(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}
