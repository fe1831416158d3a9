import { Worker } from 'node:worker_threads';
import type { TerminalSize } from '#/domain/session.js';
import { createOutbox } from './outbox.js';
import type { FromWorker } from './protocol.js';
import type { Screen, Screens, Snapshot, Telling } from './screens.js';

export interface WorkerScreensOptions {
  /** The compiled screen-worker.js. */
  readonly worker?: URL;
  readonly log: (what: string, about?: unknown) => void;
}

/** Models that wait for bytes go on when no more than this is left. */
const LOW = 4 * 1024 * 1024;

interface Owned {
  lag: number;
  readonly telling: Telling | undefined;
  readonly waiting: (() => void)[];
}

/**
 * Terminal models in one thread of their own, so that they never cost the owner's keys time. If it dies, sessions that had a
 * model in it go on without one, and say so who re-attaches; those that start later have theirs in a new thread.
 */
export function createWorkerScreens(options: WorkerScreensOptions): Screens {
  let thread = startThread(options);
  return {
    open(size, telling) {
      if (thread.broken) thread = startThread(options);
      return thread.open(size, telling);
    },
    close: () => thread.close(),
  };
}

interface Thread extends Screens {
  readonly broken: boolean;
}

function startThread(options: WorkerScreensOptions): Thread {
  const worker = new Worker(options.worker ?? new URL('./screen-worker.js', import.meta.url), {
    name: 'screens',
  });
  const owned = new Map<number, Owned>();
  const requests = new Map<number, (shot: Snapshot | null) => void>();
  const flushes = new Map<number, () => void>();
  let next = 1;
  let broken = false;
  const outbox = createOutbox((messages, transfer) => {
    if (!broken) worker.postMessage(messages, transfer);
  });

  worker.on('message', (message: FromWorker) => {
    if (message.type === 'taken') return taken(message.screen, message.bytes);
    if (message.type === 'command')
      return owned.get(message.screen)?.telling?.command(message.text, message.at);
    if (message.type === 'text') return owned.get(message.screen)?.telling?.text(message.lines);
    if (message.type === 'flushed') return flushed(message.request);
    const { columns, rows, screen, held, row, exact } = message;
    settle(message.request, { columns, rows, screen, held: Buffer.from(held), row, exact });
  });
  worker.on('error', (error) => options.log('the screen models broke', error));
  worker.on('exit', () => {
    broken = true;
    for (const request of [...requests.keys()]) settle(request, null);
    for (const request of [...flushes.keys()]) flushed(request);
    for (const one of owned.values()) calm(one, 0);
  });
  return {
    get broken() {
      return broken;
    },
    open,
    async close() {
      await worker.terminate();
    },
  };

  function open(size: TerminalSize, telling?: Telling): Screen {
    const screen = next;
    next += 1;
    const own: Owned = { lag: 0, telling, waiting: [] };
    owned.set(screen, own);
    outbox.put({ type: 'open', screen, ...size });
    return {
      write(bytes, at = 0) {
        if (broken) return;
        own.lag += bytes.length;
        outbox.put({ type: 'write', screen, bytes, at });
      },
      typed: (bytes, at) => outbox.put({ type: 'typed', screen, bytes, at }),
      flush: () => flush(screen),
      resize: ({ columns, rows }) => outbox.put({ type: 'resize', screen, columns, rows }),
      snapshot: () => snapshot(screen),
      get lag() {
        return own.lag;
      },
      caughtUp: () =>
        own.lag <= LOW ? Promise.resolve() : new Promise((resolve) => own.waiting.push(resolve)),
      close() {
        owned.delete(screen);
        calm(own, 0);
        outbox.put({ type: 'close', screen });
      },
    };
  }
  function snapshot(screen: number): Promise<Snapshot | null> {
    if (broken) return Promise.resolve(null);
    const request = next;
    next += 1;
    const { promise, resolve } = Promise.withResolvers<Snapshot | null>();
    requests.set(request, resolve);
    outbox.now({ type: 'snapshot', screen, request });
    return promise;
  }
  function flush(screen: number): Promise<void> {
    if (broken) return Promise.resolve();
    const request = next;
    next += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    flushes.set(request, resolve);
    outbox.now({ type: 'flush', screen, request });
    return promise;
  }
  function flushed(request: number): void {
    flushes.get(request)?.();
    flushes.delete(request);
  }
  function settle(request: number, shot: Snapshot | null): void {
    requests.get(request)?.(shot);
    requests.delete(request);
  }
  function taken(screen: number, bytes: number): void {
    const own = owned.get(screen);
    if (own !== undefined) calm(own, own.lag - bytes);
  }
  function calm(own: Owned, lag: number): void {
    own.lag = lag;
    if (lag <= LOW) for (const wake of own.waiting.splice(0)) wake();
  }
}
