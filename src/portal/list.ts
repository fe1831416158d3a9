import { type Index, makeIndex } from './search.js';
import { withoutLast, withoutLastWord } from './text.js';

/** A list that somebody filters and moves in. */
export interface ListState<T> {
  /** Null until the first answer came. */
  readonly items: readonly T[] | null;
  readonly index: Index<T>;
  readonly filter: string;
  readonly shown: readonly T[];
  /** Place of the selection among those shown; 0 when there are none. */
  readonly selected: number;
  /** Chosen in place of the usual order. */
  readonly sort: Sort<T> | null;
}

/** An order by its name. */
export interface Sort<T> {
  readonly by: string;
  readonly order: (a: T, b: T) => number;
}

export type ListAction<T> =
  | { readonly type: 'sort'; readonly sort: Sort<T> | null }
  /** `fresh`: they are the first for what is typed. */
  | { readonly type: 'items'; readonly items: readonly T[]; readonly fresh?: boolean }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'erase' | 'eraseWord' | 'clear' }
  | { readonly type: 'move'; readonly by: number }
  | { readonly type: 'first' | 'last' };

export interface ListKind<T> {
  readonly idOf: (item: T) => string;
  /** What the filter looks through. */
  readonly textOf: (item: T) => string;
  /** Those of a higher rank never come before others, however well they match. */
  rankOf?(item: T): number;
  /** The vault filters and orders: the items are those that fit. */
  readonly remote?: true;
  /** The order while nothing is typed. */
  readonly order: (a: T, b: T) => number;
}

/** Nobody filters by more: what is longer is an accident, or meant to hurt. */
const LONGEST_FILTER = 200;

export function emptyList<T>(): ListState<T> {
  return { items: null, index: makeIndex<T>([], () => ''), filter: '', shown: [], selected: 0, sort: null };
}

export function selectedItem<T>(state: ListState<T>): T | null {
  return state.shown[state.selected] ?? null;
}

export function listReducer<T>(
  kind: ListKind<T>,
): (state: ListState<T>, action: ListAction<T>) => ListState<T> {
  return (state, action) => {
    switch (action.type) {
      case 'items':
        return withItems(
          kind,
          action.fresh === true ? { ...state, shown: [], selected: 0 } : state,
          action.items,
        );
      case 'sort':
        return sorted(kind, { ...state, sort: action.sort });
      case 'text':
        return filtered(kind, state, (state.filter + action.text).trimStart().slice(0, LONGEST_FILTER));
      case 'erase':
        return filtered(kind, state, withoutLast(state.filter));
      case 'eraseWord':
        return filtered(kind, state, withoutLastWord(state.filter));
      case 'clear':
        return filtered(kind, state, '');
      case 'move':
        return moved(state, state.selected + action.by);
      case 'first':
        return moved(state, 0);
      case 'last':
        return moved(state, state.shown.length - 1);
      default:
        return action satisfies never;
    }
  };
}

/** New items under the same filter; the selection stays on its item, or where it was when that one is gone. */
function withItems<T>(kind: ListKind<T>, state: ListState<T>, items: readonly T[]): ListState<T> {
  if (kind.remote === true) return { ...state, items, shown: items, selected: placeOf(kind, items, state) };
  const index = makeIndex(
    [...items].sort(state.sort?.order ?? ((a, b) => kind.order(a, b))),
    (item) => kind.textOf(item),
    (item) => kind.rankOf?.(item) ?? 0,
  );
  const shown = index.find(state.filter);
  return { ...state, items, index, shown, selected: placeOf(kind, shown, state) };
}

function sorted<T>(kind: ListKind<T>, state: ListState<T>): ListState<T> {
  if (state.items === null) return state;
  // what an order is asked for comes first in it
  return { ...withItems(kind, state, state.items), selected: 0 };
}

/** Typing shows the best match; taking the filter away stays on what was selected. */
function filtered<T>(kind: ListKind<T>, state: ListState<T>, filter: string): ListState<T> {
  if (filter === state.filter) return state;
  // what fits is not known before the vault has answered
  if (kind.remote === true) return { ...state, filter, selected: 0 };
  const shown = state.index.find(filter);
  return { ...state, filter, shown, selected: filter === '' ? placeOf(kind, shown, state) : 0 };
}

function placeOf<T>(kind: ListKind<T>, shown: readonly T[], state: ListState<T>): number {
  const old = selectedItem(state);
  const place = old === null ? -1 : shown.findIndex((item) => kind.idOf(item) === kind.idOf(old));
  return place >= 0 ? place : Math.max(0, Math.min(state.selected, shown.length - 1));
}

function moved<T>(state: ListState<T>, to: number): ListState<T> {
  const selected = Math.max(0, Math.min(to, state.shown.length - 1));
  return selected === state.selected ? state : { ...state, selected };
}

/** First row in sight so that the selection is in sight: moves no further than it must. */
export function scrollTop(top: number, selected: number, height: number, total: number): number {
  const room = Math.max(1, height);
  const least = selected - room + 1;
  const wanted = Math.min(Math.max(top, least), selected);
  return Math.max(0, Math.min(wanted, total - room));
}
