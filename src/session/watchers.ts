import type { TerminalSize } from '#/domain/session.js';
import type { Screen, Snapshot } from './screen/screens.js';
import type { WatchLink } from './watch-link.js';

/** Those who watch one session. They take copies of its output; nothing ever waits for them. */
export interface Watchers {
  /** They see it a moment later, many pieces as one: each costs a write for everybody who watches. */
  take(bytes: Buffer): void;
  /** Hands on what was taken. */
  flush(): void;
  resize(size: TerminalSize): void;
  /** Sends the exact screen, then everything after it. A viewer who falls behind gets the screen anew instead of what he missed. */
  add(link: WatchLink, viewer: string): void;
  readonly count: number;
  /** Of those who watch, each once. */
  readonly names: readonly string[];
  /** Heard when somebody comes or goes. The result stops it. */
  onChange(listener: () => void): () => void;
}

/** Bytes that are kept for a viewer while his screen is drawn; beyond that he will get it anew. */
const MOST_KEPT = 1024 * 1024;
/** Milliseconds that output waits for more of it, and bytes that do not wait: no viewer is drawn for more often. */
const PATIENCE = 25;
const ENOUGH = 64 * 1024;
/** Milliseconds between two screens for those who are behind: drawing them costs the session's own model time. */
const REDRAW = 500;

interface Watcher {
  readonly link: WatchLink;
  readonly viewer: string;
  state: 'drawing' | 'live' | 'behind';
  kept: (Buffer | TerminalSize)[];
  bytes: number;
  /** More came than is kept: what is drawn now is old already. */
  missed: boolean;
  /** The screen was sent to him before. */
  seen: boolean;
}

export function createWatchers(options: {
  readonly screen: Screen;
  readonly size: () => TerminalSize;
  readonly now: () => number;
  /** One of them has the keyboard, and waits for what he typed. */
  readonly typing: () => boolean;
}): Watchers {
  const watchers = new Set<Watcher>();
  let taken: Buffer[] = [];
  let waiting = 0;
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<() => void>();
  const queue: Watcher[] = [];
  let due: NodeJS.Timeout | null = null;
  let drawnAt = -Infinity;

  return {
    take(bytes) {
      let live = false;
      for (const one of watchers) {
        if (one.state === 'drawing') keep(one, bytes, bytes.length);
        live ||= one.state === 'live';
      }
      if (!live) return;
      taken.push(bytes);
      waiting += bytes.length;
      if (waiting >= ENOUGH || options.typing()) flush();
      else timer ??= setTimeout(flush, PATIENCE);
    },
    flush,
    resize(size) {
      flush();
      for (const one of watchers) {
        if (one.state === 'drawing') keep(one, size, 0);
        else if (one.state === 'live') one.link.send({ type: 'resize', ...size });
      }
    },
    add(link, viewer) {
      const one: Watcher = {
        link,
        viewer,
        state: 'behind',
        kept: [],
        bytes: 0,
        missed: false,
        seen: false,
      };
      watchers.add(one);
      link.onGone(() => {
        watchers.delete(one);
        changed();
      });
      link.onDrain(() => catchUp(one));
      catchUp(one);
      changed();
    },
    get count() {
      return watchers.size;
    },
    get names() {
      return [...new Set([...watchers].map(({ viewer }) => viewer))].toSorted();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function changed(): void {
    for (const listener of [...listeners]) listener();
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const [first] = taken;
    if (first === undefined) return;
    const bytes = taken.length === 1 ? first : Buffer.concat(taken, waiting);
    taken = [];
    waiting = 0;
    for (const one of watchers) if (one.state === 'live' && !one.link.data(bytes)) one.state = 'behind';
  }
  function keep(one: Watcher, what: Buffer | TerminalSize, bytes: number): void {
    one.bytes += bytes;
    if (one.bytes > MOST_KEPT) one.missed = true;
    if (one.missed) one.kept = [];
    else one.kept.push(what);
  }
  function catchUp(one: Watcher): void {
    if (one.state !== 'behind') return;
    one.state = 'drawing';
    // what comes while it waits is part of the screen that is drawn then
    reset(one);
    if (!one.seen) return void draw([one]);
    queue.push(one);
    const wait = Math.max(0, drawnAt + REDRAW - options.now());
    if (wait === 0) drawQueue();
    else due ??= setTimeout(drawQueue, wait).unref();
  }
  /** However many are behind: the model draws once for all of them. */
  function drawQueue(): void {
    due = null;
    drawnAt = options.now();
    const all = queue.splice(0).filter((one) => watchers.has(one));
    if (all.length > 0) void draw(all);
  }
  function reset(one: Watcher): void {
    one.kept = [];
    one.bytes = 0;
    one.missed = false;
  }
  async function draw(all: readonly Watcher[]): Promise<void> {
    for (const one of all) reset(one);
    const shot = await options.screen.snapshot();
    for (const one of all) if (watchers.has(one)) give(one, shot);
  }
  function give(one: Watcher, shot: Snapshot | null): void {
    // of what waits for the others he has his own copy
    flush();
    one.seen = true;
    const { columns, rows } = shot ?? options.size();
    one.link.send({ type: 'screen', columns, rows });
    let room = one.link.data(
      shot === null
        ? Buffer.from('The screen so far could not be read; what comes is shown.\r\n')
        : Buffer.concat([Buffer.from(shot.screen), shot.held]),
    );
    for (const what of one.kept) {
      if (Buffer.isBuffer(what)) room = one.link.data(what);
      else one.link.send({ type: 'resize', ...what });
    }
    one.kept = [];
    if (room && !one.missed) one.state = 'live';
    else {
      one.state = 'behind';
      // whoever takes everything at once hears of no drain
      if (room) catchUp(one);
    }
  }
}
