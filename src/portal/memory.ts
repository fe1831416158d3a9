import type { AccountRow, PersonSafeRow, RecordingRow, SessionRow } from '#/contract/rows.js';
import { emptyList, type ListAction, type ListKind, type ListState, listReducer } from './list.js';
import { accountsList } from './screens/accounts/accounts-list.js';
import { liveList } from './screens/live/live-list.js';
import { recordingsList } from './screens/recordings/recordings-list.js';
import { safesList } from './screens/safes/safes-view.js';
import { createStore, type Store } from './store.js';

export type ListStore<T> = Store<ListState<T>, ListAction<T>>;

/** What the screens of one person remember while others are in sight. */
export interface Memory {
  readonly accounts: ListStore<AccountRow>;
  readonly recordings: ListStore<RecordingRow>;
  readonly live: ListStore<SessionRow>;
  readonly safes: ListStore<PersonSafeRow>;
}

export function createMemory(): Memory {
  const list = <T>(kind: ListKind<T>): ListStore<T> => createStore(listReducer(kind), emptyList());
  return {
    accounts: list(accountsList),
    recordings: list(recordingsList),
    live: list(liveList),
    safes: list(safesList),
  };
}
