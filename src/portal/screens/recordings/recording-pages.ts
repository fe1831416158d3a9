import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { RecordingRow } from '#/contract/rows.js';
import { parseRecordingFilter } from '#/domain/recording-filter.js';
import { usePortal, useServices } from '../../context.js';
import type { ListStore } from '../../memory.js';
import { useStore } from '../../store.js';

/** Rows that are asked for at once, and how near the last of them is when more are asked for. */
const PAGE = 200;
const NEAR = 60;
/** Nobody scrolls further: there are filters. */
const MOST = 10_000;
/** A session that ended is in the list within this time. */
const EVERY = 5000;

export interface RecordingPages {
  readonly refresh: () => void;
  /** There are more than those that are in the list. */
  readonly more: boolean;
  /** Words that were meant to filter and do not. */
  readonly unknown: readonly string[];
}

/** The recordings that fit what is typed, page by page as the selection comes near the end of what is there. */
export function useRecordingPages(store: ListStore<RecordingRow>): RecordingPages {
  const { clock, failed, after } = usePortal();
  const services = useServices();
  const state = useStore(store);
  const [more, setMore] = useState(false);
  const asking = useRef(false);
  const again = useRef<'page' | 'refresh' | null>(null);
  const gone = useRef(false);
  const fresh = useRef(false);

  const ask = useMemo(() => {
    const one = (which: 'page' | 'refresh'): void => {
      if (asking.current) {
        again.current ??= which;
        return;
      }
      asking.current = true;
      const before = store.now();
      const last = which === 'page' ? before.items?.at(-1) : undefined;
      const { filter } = parseRecordingFilter(before.filter, clock.now());
      const page = { filter, limit: PAGE, ...(last !== undefined && { after: last.id }) };
      after(services.recordings(page), (outcome) => {
        asking.current = false;
        if (gone.current) return;
        const same = store.now().filter === before.filter;
        const next = same ? again.current : 'refresh';
        again.current = null;
        if (!outcome.ok) return failed(outcome.failure);
        if (same) take(outcome.value, last !== undefined);
        if (next !== null) one(next);
      });
    };
    const take = (rows: readonly RecordingRow[], isNext: boolean): void => {
      const before = store.now().items ?? [];
      const items = isNext ? [...before, ...rows] : onTop(rows, fresh.current ? [] : before);
      store.dispatch({ type: 'items', items, fresh: fresh.current });
      fresh.current = false;
      if (isNext || items.length === rows.length) setMore(rows.length === PAGE && items.length < MOST);
    };
    return one;
  }, [store, services, clock, failed, after]);
  const refresh = useCallback(() => ask('refresh'), [ask]);
  const shownFor = useRef(state.filter);
  useEffect(() => {
    gone.current = false;
    const stop = clock.every(EVERY, refresh);
    return () => {
      gone.current = true;
      stop();
    };
  }, [clock, refresh]);
  // at first, and whenever something else is typed, from the newest on
  useEffect(() => {
    if (shownFor.current !== state.filter) fresh.current = true;
    shownFor.current = state.filter;
    ask('refresh');
  }, [state.filter, ask]);
  const near = more && state.shown.length - state.selected < NEAR;
  const loaded = state.items?.length ?? 0;
  useEffect(() => {
    if (near && loaded > 0) ask('page');
  }, [near, loaded, ask]);
  return { refresh, more, unknown: parseRecordingFilter(state.filter, clock.now()).unknown };
}

/** The first page anew, and what was there beyond it. */
function onTop(page: readonly RecordingRow[], before: readonly RecordingRow[]): readonly RecordingRow[] {
  const end = page.at(-1);
  if (end === undefined || page.length < PAGE) return page;
  const place = before.findIndex(({ id }) => id === end.id);
  return place < 0 ? page : [...page, ...before.slice(place + 1)];
}
