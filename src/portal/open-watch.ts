import type { TerminalSize } from '#/domain/session.js';
import type { Portal } from './context.js';
import type { WatchAction, WatchState } from './screens/watch/watch-state.js';
import type { FromMonitor, PortalServices, ReplayHandle, SessionRow } from './services.js';
import type { Store } from './store.js';

/** Cells of one step over a screen that is larger than the room. */
export const STEP = { columns: 20, rows: 5 };

export interface OpenWatch {
  /** Begins to watch at first; later says how much room there is. */
  readonly show: (size: TerminalSize) => void;
  readonly scroll: (by: TerminalSize) => void;
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
  let handle: ReplayHandle | null = null;
  let asked: TerminalSize | null = null;
  let newest: FromMonitor | null = null;
  let stopWaiting: () => void = () => undefined;

  const draw = (): void => {
    if (newest !== null) store.dispatch({ message: newest });
    newest = null;
  };
  const heard = (message: FromMonitor): void => {
    if (message.type === 'failed' && message.failure.code === 'NOT_LOGGED_IN')
      return portal.failed(message.failure);
    if (message.type === 'failed' && store.now().ending !== null) return;
    if (message.type !== 'live') {
      draw();
      return store.dispatch({ message });
    }
    const waiting = newest !== null;
    newest = message;
    if (!portal.congested()) draw();
    else if (!waiting) stopWaiting = portal.whenFree(draw);
  };
  return {
    show(size) {
      if (asked?.columns === size.columns && asked.rows === size.rows) return;
      asked = size;
      if (handle === null) handle = services.watch(session.id, size, heard);
      else handle.send({ type: 'resize', ...size });
    },
    scroll: (by) => handle?.send({ type: 'scroll', ...by }),
    close() {
      stopWaiting();
      handle?.close();
      handle = null;
    },
  };
}
