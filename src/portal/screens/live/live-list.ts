import type { SessionRow } from '#/contract/rows.js';
import type { ListKind } from '../../list.js';

/** One's own first, those that wait for a terminal before all; then the newest. */
export const liveList: ListKind<SessionRow> = {
  idOf: (row) => row.id,
  textOf: (row) => `${row.account} ${row.user} ${row.safe} ${row.from}`,
  order: (a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1),
};

function rank(row: SessionRow): number {
  return row.mine ? (row.state === 'detached' ? 0 : 1) : 2;
}
