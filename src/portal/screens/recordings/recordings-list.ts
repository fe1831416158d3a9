import type { RecordingRow } from '#/contract/rows.js';
import type { ListKind } from '../../list.js';

/** The newest first, as the vault gives them. */
export const recordingsList: ListKind<RecordingRow> = {
  remote: true,
  idOf: (row) => row.id,
  textOf: (row) => `${row.account} ${row.user} ${row.safe} ${row.outcome}`,
  order: (a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1),
};
