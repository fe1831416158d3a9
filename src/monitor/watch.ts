import type { ControlCommand, LiveFrame } from '#/contract/replay-link.js';
import type { Overseen, ToWatchedHost } from '#/contract/watch-link.js';
import type { Failure } from '#/domain/failure.js';
import type { Ending, TerminalSize } from '#/domain/session.js';
import { keysFor } from './keys-for.js';
import { openLiveFeed, type Told } from './live-feed.js';
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
  /** What is done with the session beside. */
  readonly told: (message: Told) => void;
  readonly over: (ending: Ending) => void;
  readonly failed: (failure: Failure) => void;
}

/** One viewer of a running session. */
export interface Watching {
  /** Of all commands a viewer has only his own window: resize and scroll. */
  command(command: ReplayCommand): void;
  control(command: ControlCommand): void;
  /** What is typed on a keyboard that was taken over. */
  keys(bytes: Buffer): void;
  /** The viewer is ready for more. */
  wake(): void;
  close(): void;
}

/** Twenty pictures a second are enough to follow anything. */
const TICK = 50;
const SLOWEST = 500;

/** The more who watch one session, the more seldom each of them is drawn for: together they take what two do. */
export function tickFor(overseen: Pick<Overseen, 'mine' | 'watching'> | null): number {
  if (overseen === null || overseen.mine) return TICK;
  return Math.min(SLOWEST, Math.max(TICK, (TICK * overseen.watching) / 2));
}

/** What comes after a while of nothing is shown sooner. */
const SOON = 5;

/** Shows what the session shows now. A viewer who is slow misses pictures; the session does not know of him. */
export function startWatching(parts: WatchParts): Watching {
  let viewport: Viewport = { room: roomOf(parts.size), scrolled: null };
  let shown = '';
  let shownAt = -Infinity;
  let timer: NodeJS.Timeout | null = null;
  // of many who began together not all are drawn for at one moment: a portal shows their pictures beside the owner's bytes
  const pace = 1 + (Math.random() - 0.5) / 3;
  const wait = (): number => shownAt + tickFor(feed.overseen) * pace - performance.now();
  const feed = openLiveFeed({
    path: parts.path,
    request: parts.request,
    drawn: () => (timer ??= setTimeout(show, Math.max(SOON, wait()))),
    told: parts.told,
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
    control: (wanted) => (wanted.type === 'control' ? feed.control(wanted.permit) : feed.handBack()),
    keys(bytes) {
      const { modes } = feed.terminal ?? {};
      feed.keys(
        keysFor(bytes, {
          application: modes?.applicationCursorKeysMode === true,
          bracketedPaste: modes?.bracketedPasteMode === true,
        }),
      );
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
    shownAt = performance.now();
    const { left, top } = window;
    parts.send({ type: 'live', ...size, left, top, ...pictureOf(terminal, window) });
  }
}
