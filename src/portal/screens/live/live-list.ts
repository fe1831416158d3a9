import type { SessionRow } from '#/contract/rows.js';
import type { ListKind, Sort } from '../../list.js';

/** One's own first, those that wait for a terminal before all; then those that wait for somebody to watch; then the newest. */
export const liveList: ListKind<SessionRow> = {
  idOf: (row) => row.id,
  textOf: (row) =>
    [
      row.account,
      row.user,
      row.safe,
      row.from,
      row.state,
      row.suspendedBy === null ? '' : 'suspended',
      row.company ?? '',
      row.watchers.join(' '),
      row.lastActivity ?? '',
    ].join(' '),
  order: (a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt || byId(a, b),
};

function rank(row: SessionRow): number {
  if (row.mine) return row.state === 'detached' ? 0 : 1;
  return row.company === null ? 3 : 2;
}

function byId(a: SessionRow, b: SessionRow): number {
  return a.id < b.id ? -1 : 1;
}

const SORTS: readonly Sort<SessionRow>[] = [
  {
    by: 'idle time',
    order: (a, b) => (a.lastKeyAt ?? a.startedAt) - (b.lastKeyAt ?? b.startedAt) || byId(a, b),
  },
  { by: 'user', order: (a, b) => a.user.localeCompare(b.user) || liveList.order(a, b) },
  { by: 'account', order: (a, b) => a.account.localeCompare(b.account) || liveList.order(a, b) },
  { by: 'bytes', order: (a, b) => (b.recordedBytes ?? 0) - (a.recordedBytes ?? 0) || byId(a, b) },
];

/** One after the other, and round to the usual order (null). */
export function nextSort(now: Sort<SessionRow> | null): Sort<SessionRow> | null {
  return SORTS[SORTS.findIndex((one) => one.by === now?.by) + 1] ?? null;
}
