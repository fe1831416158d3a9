import { useCallback, useEffect, useRef, useState } from 'react';
import type { Outcome } from '#/domain/outcome.js';
import { type Clock, usePortal } from './context.js';
import type { ListStore } from './memory.js';

/** Asks for a list when its screen is opened, on demand, and every so often while it is in sight. */
export function useLoadedList<T>(
  store: ListStore<T>,
  ask: () => Promise<Outcome<readonly T[]>>,
  everyMs = 0,
): () => void {
  const { clock, failed, after } = usePortal();
  const asking = useRef(false);
  const gone = useRef(false);
  const latest = useRef(ask);
  latest.current = ask;
  const refresh = useCallback(() => {
    if (asking.current) return;
    asking.current = true;
    after(latest.current(), (outcome) => {
      asking.current = false;
      if (gone.current) return;
      if (outcome.ok) store.dispatch({ type: 'items', items: outcome.value });
      else failed(outcome.failure);
    });
  }, [store, failed, after]);
  useEffect(() => {
    gone.current = false;
    refresh();
    const stop = everyMs > 0 ? clock.every(everyMs, refresh) : () => undefined;
    return () => {
      gone.current = true;
      stop();
    };
  }, [refresh, clock, everyMs]);
  return refresh;
}

/** The time, new every so often. */
export function useNow(clock: Clock, everyMs: number): number {
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => clock.every(everyMs, () => setNow(clock.now())), [clock, everyMs]);
  return now;
}
