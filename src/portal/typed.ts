import { useMemo } from 'react';
import { createStore, useStore } from './store.js';
import { withoutLast, withoutLastWord } from './text.js';

/** A line that is being typed, never behind the keyboard. */
export interface Typed {
  readonly value: string;
  readonly now: () => string;
  readonly type: (text: string) => void;
  readonly handlers: {
    readonly 'text.erase': () => void;
    readonly 'text.eraseWord': () => void;
    readonly 'text.clear': () => void;
  };
}

/** `limit`: characters that are kept. */
export function useTyped(limit: number, first = ''): Typed {
  const store = useMemo(
    () => createStore<string, string>((_old, next) => [...next].slice(0, limit).join(''), first),
    [limit, first],
  );
  const value = useStore(store);
  return {
    value,
    now: () => store.now(),
    type: (text) => store.dispatch(store.now() + text),
    handlers: {
      'text.erase': () => store.dispatch(withoutLast(store.now())),
      'text.eraseWord': () => store.dispatch(withoutLastWord(store.now())),
      'text.clear': () => store.dispatch(''),
    },
  };
}
