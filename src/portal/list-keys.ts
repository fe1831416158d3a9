import type { ListStore } from './memory.js';

/** The commands that every filtered list has; `page` is how many rows are in sight. */
export function listHandlers<T>(store: ListStore<T>, page: number, leaveAsk: () => void) {
  return {
    'move.up': () => store.dispatch({ type: 'move', by: -1 }),
    'move.down': () => store.dispatch({ type: 'move', by: 1 }),
    'move.pageUp': () => store.dispatch({ type: 'move', by: -page }),
    'move.pageDown': () => store.dispatch({ type: 'move', by: page }),
    'move.first': () => store.dispatch({ type: 'first' }),
    'move.last': () => store.dispatch({ type: 'last' }),
    'text.erase': () => store.dispatch({ type: 'erase' }),
    'text.eraseWord': () => store.dispatch({ type: 'eraseWord' }),
    'text.clear': () => store.dispatch({ type: 'clear' }),
    'list.back': () => (store.now().filter === '' ? leaveAsk() : store.dispatch({ type: 'clear' })),
  } as const;
}
