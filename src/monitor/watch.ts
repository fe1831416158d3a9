import type { LiveFrame } from '#/contract/replay-link.js';
import type { ToWatchedHost } from '#/contract/watch-link.js';
import type { Failure } from '#/domain/failure.js';
import type { Ending, TerminalSize } from '#/domain/session.js';
import { openLiveFeed } from './live-feed.js';
import { pictureOf } from './picture.js';
import type { ReplayCommand } from './replay.js';
import { roomOf, scrolledBy, type Viewport, windowOn } from './viewport.js';

export interface WatchParts {
  /** Of the session host's socket. */
  readonly path: string;
  readonly request: ToWatchedHost;
  readonly size: TerminalSize;
  readonly send: (frame: LiveFrame) => void;
  /** The viewer took the last frame. */
  readonly idle: () => boolean;
  readonly over: (ending: Ending) => void;
  readonly failed: (failure: Failure) => void;
}

/** One viewer of a running session. */
export interface Watching {
  /** Of all commands a viewer has only his own window: resize and scroll. */
  command(command: ReplayCommand): void;
  /** The viewer is ready for more. */
  wake(): void;
  close(): void;
}

/** Twenty pictures a second are enough to follow anything. */
const TICK = 50;

/** Shows what the session shows now. A viewer who is slow misses pictures; the session does not know of him. */
export function startWatching(parts: WatchParts): Watching {
  let viewport: Viewport = { room: roomOf(parts.size), scrolled: null };
  let shown = '';
  let timer: NodeJS.Timeout | null = null;
  const feed = openLiveFeed({
    path: parts.path,
    request: parts.request,
    drawn: () => (timer ??= setTimeout(show, TICK)),
    over(ending) {
      show();
      parts.over(ending);
    },
    failed: parts.failed,
  });
  return {
    command(wanted) {
      const view = viewNow();
      if (wanted.type === 'resize') viewport = { ...viewport, room: roomOf(wanted) };
      else if (wanted.type === 'scroll' && view !== null)
        viewport = scrolledBy(viewport, view.window, view.size, wanted);
      show();
    },
    wake: show,
    close() {
      if (timer !== null) clearTimeout(timer);
      feed.close();
    },
  };

  function viewNow() {
    const { terminal } = feed;
    if (terminal === null) return null;
    const size = { columns: terminal.cols, rows: terminal.rows };
    const { cursorX, cursorY } = terminal.buffer.active;
    const window = windowOn(size, { column: Math.min(cursorX, size.columns - 1), row: cursorY }, viewport);
    return { terminal, size, window };
  }
  function show(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const view = viewNow();
    if (view === null || !parts.idle()) return;
    const { terminal, size, window } = view;
    const key = JSON.stringify([feed.version, window]);
    if (key === shown) return;
    shown = key;
    const { left, top } = window;
    parts.send({ type: 'live', ...size, left, top, ...pictureOf(terminal, window) });
  }
}
