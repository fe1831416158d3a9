import type { TerminalSize } from '#/domain/session.js';
import type { Portal } from './context.js';
import { hasKeyboard, type WatchAction, type WatchState } from './screens/watch/watch-state.js';
import type { FromMonitor, PortalServices, SessionRow, WatchHandle } from './services.js';
import type { Store } from './store.js';

/** Cells of one step over a screen that is larger than the room. */
export const STEP = { columns: 20, rows: 5 };

/** Ctrl-]. */
const HAND_BACK = 0x1d;

export interface OpenWatch {
  /** Begins to watch at first; later says how much room there is. */
  readonly show: (size: TerminalSize) => void;
  readonly scroll: (by: TerminalSize) => void;
  readonly takeOver: () => void;
  readonly close: () => void;
}

/**
 * A running session between the monitor and the screen. While the person's terminal takes nothing more, only the newest
 * picture is kept: a slow viewer is skipped forward.
 */
export function openWatch({
  session,
  services,
  portal,
  store,
}: {
  readonly session: SessionRow;
  readonly services: PortalServices;
  readonly portal: Portal;
  readonly store: Store<WatchState, WatchAction>;
}): OpenWatch {
  let handle: WatchHandle | null = null;
  let asked: TerminalSize | null = null;
  let newest: FromMonitor | null = null;
  let stopWaiting: () => void = () => undefined;
  let release: (() => void) | null = null;

  const draw = (): void => {
    if (newest !== null) store.dispatch({ message: newest });
    newest = null;
  };
  const heard = (message: FromMonitor): void => {
    if (message.type === 'failed' && message.failure.code === 'NOT_LOGGED_IN')
      return portal.failed(message.failure);
    if (message.type === 'failed' && store.now().ending !== null) return;
    if (message.type === 'no-control') return portal.failed(message.failure);
    if (message.type !== 'live') {
      draw();
      store.dispatch({ message });
      return keyboardIs(hasKeyboard(store.now()));
    }
    const waiting = newest !== null;
    newest = message;
    if (!portal.congested()) draw();
    else if (!waiting) stopWaiting = portal.whenFree(draw);
  };
  /** While it is his, every byte that he types goes to the session, but the one that hands it back. */
  const keyboardIs = (mine: boolean): void => {
    if (mine) release ??= portal.capture(typed);
    else {
      release?.();
      release = null;
    }
  };
  const typed = (bytes: Buffer): void => {
    const end = bytes.indexOf(HAND_BACK);
    if (end !== 0) handle?.type(end < 0 ? bytes : bytes.subarray(0, end));
    if (end < 0) return;
    handle?.handBack();
    keyboardIs(false);
  };
  return {
    show(size) {
      if (asked?.columns === size.columns && asked.rows === size.rows) return;
      asked = size;
      if (handle === null) handle = services.watch(session.id, size, heard);
      else handle.send({ type: 'resize', ...size });
    },
    scroll: (by) => handle?.send({ type: 'scroll', ...by }),
    takeOver: () => handle?.takeOver(),
    close() {
      stopWaiting();
      keyboardIs(false);
      handle?.close();
      handle = null;
    },
  };
}
