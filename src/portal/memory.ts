import type {
  AccountRow,
  GroupRow,
  PersonSafeRow,
  RecordingRow,
  SessionRow,
  UserRow,
} from '#/contract/rows.js';
import { emptyList, type ListAction, type ListKind, type ListState, listReducer } from './list.js';
import { accountsList } from './screens/accounts/accounts-list.js';
import { groupsList } from './screens/groups/groups-view.js';
import { liveList } from './screens/live/live-list.js';
import { type MapItem, mapsList } from './screens/maps/maps-view.js';
import { recordingsList } from './screens/recordings/recordings-list.js';
import { safesList } from './screens/safes/safes-view.js';
import {
  notYetSearching,
  type SearchAction,
  type SearchState,
  searchReducer,
} from './screens/search/search-state.js';
import { usersList } from './screens/users/users-view.js';
import { createStore, type Store } from './store.js';

export type ListStore<T> = Store<ListState<T>, ListAction<T>>;

/** What the screens of one person remember while others are in sight. */
export interface Memory {
  readonly accounts: ListStore<AccountRow>;
  readonly recordings: ListStore<RecordingRow>;
  readonly live: ListStore<SessionRow>;
  readonly safes: ListStore<PersonSafeRow>;
  readonly search: Store<SearchState, SearchAction>;
  readonly users: ListStore<UserRow>;
  readonly groups: ListStore<GroupRow>;
  readonly maps: ListStore<MapItem>;
}

export function createMemory(): Memory {
  const list = <T>(kind: ListKind<T>): ListStore<T> => createStore(listReducer(kind), emptyList());
  return {
    accounts: list(accountsList),
    recordings: list(recordingsList),
    live: list(liveList),
    safes: list(safesList),
    search: createStore(searchReducer, notYetSearching),
    users: list(usersList),
    groups: list(groupsList),
    maps: list(mapsList),
  };
}
