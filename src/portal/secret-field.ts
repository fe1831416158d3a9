import { useEffect, useMemo } from 'react';
import { createSecretEntry } from './secret-entry.js';
import { createStore, useStore } from './store.js';

/** One hidden field of a form: how long it is can be seen, what it is only taken. */
export interface SecretField {
  readonly length: number;
  /** Nothing is in it now, whatever was drawn last. */
  readonly isEmpty: () => boolean;
  readonly type: (text: string) => void;
  /** The bytes, for the caller to wipe; the field is empty afterwards. */
  readonly take: () => Buffer;
  readonly handlers: {
    readonly 'text.erase': () => void;
    readonly 'text.eraseWord': () => void;
    readonly 'text.clear': () => void;
  };
}

export function useSecretField(): SecretField {
  const entry = useMemo(() => createSecretEntry(), []);
  const lengths = useMemo(() => createStore<number, number>((_old, next) => next, 0), []);
  useEffect(() => () => entry.wipe(), [entry]);
  const after = (change: () => void) => (): void => {
    change();
    lengths.dispatch(entry.length);
  };
  return {
    length: useStore(lengths),
    isEmpty: () => entry.length === 0,
    type: (text) => after(() => entry.type(text))(),
    take() {
      const bytes = entry.take();
      lengths.dispatch(0);
      return bytes;
    },
    handlers: {
      'text.erase': after(() => entry.erase()),
      'text.eraseWord': after(() => entry.wipe()),
      'text.clear': after(() => entry.wipe()),
    },
  };
}
