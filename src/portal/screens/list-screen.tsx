import { type ReactElement, useRef } from 'react';
import type { Outcome } from '#/domain/outcome.js';
import { Lines } from '../components/lines.js';
import { usePortal, useRoom, useTheme } from '../context.js';
import { listHandlers } from '../list-keys.js';
import { useLoadedList } from '../loading.js';
import type { ListStore } from '../memory.js';
import { useStore } from '../store.js';
import type { Signs } from '../view.js';
import { type ListView, listHeight, listLines } from './list-view.js';

/** What a screen of one filtered list says of it, beside what it is. */
export type ListWords<T> = Omit<ListView<T>, 'state' | 'room' | 'top' | 'sign'>;

export interface ListScreen<T> {
  readonly refresh: () => void;
  /** The keys that every such screen has; Esc leads back. */
  readonly keys: ReturnType<typeof listHandlers> & { readonly 'list.refresh': () => void };
  /** Takes what is typed. */
  readonly text: (text: string) => void;
  readonly draw: (words: (sign: Signs) => ListWords<T>) => ReactElement;
}

/** A screen that is one list, which is asked for when it is opened, and again on demand. */
export function useListScreen<T>(
  list: ListStore<T>,
  ask: () => Promise<Outcome<readonly T[]>>,
): ListScreen<T> {
  const { state: portal } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const state = useStore(list);
  const refresh = useLoadedList(list, ask);
  const top = useRef(0);
  const back = (): void => portal.dispatch({ type: 'back' });
  return {
    refresh,
    keys: { ...listHandlers(list, listHeight(room), back), 'list.refresh': refresh },
    text: (text) => list.dispatch({ type: 'text', text }),
    draw(words) {
      const view = listLines({ state, room, top: top.current, sign, ...words(sign) });
      top.current = view.top;
      return <Lines lines={view.lines} />;
    },
  };
}
