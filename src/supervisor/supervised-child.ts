import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { CHANNEL, type Channel, openChannel } from '#/contract/channel.js';
import type { ChildSettings, FromChild, Order, OrderResult, ToChild } from '#/contract/orders.js';
import { backoff, failuresAfter } from './backoff.js';
import type { Command } from './child-command.js';
import type { Listener } from './listeners.js';

export interface ChildOptions {
  readonly name: string;
  readonly command: Command;
  readonly listeners: readonly Listener[];
  readonly settings: ChildSettings;
  /** Milliseconds without an answer after which it is frozen, and milliseconds it may take to be ready. */
  readonly watchdog: number;
  readonly startLimit: number;
  /** 0 to 1000; the kernel ends the higher ones first. */
  readonly oomScore: number;
  /** Null: this child's orders are refused. */
  readonly onOrder: ((order: Order) => Promise<OrderResult>) | null;
  /** Everything that it prints, and what happens to it. */
  readonly onOutput: (stream: Readable) => void;
  readonly onEvent: (what: string) => void;
}

export interface ChildState {
  readonly name: string;
  readonly pid: number | null;
  readonly state: 'starting' | 'ready' | 'waiting' | 'draining' | 'stopped';
  readonly restarts: number;
  readonly lastEnd: string | null;
}

export interface SupervisedChild {
  state(): ChildState;
  /** Asks it to finish what it does and leave; after `limit` milliseconds it is ended. Resolves when it is gone. */
  drain(limit: number): Promise<void>;
  /** Ends it at once, for good. */
  kill(): void;
}

const PING = 1000;
/** Orders of one child that may be under way at once. */
const MOST_ORDERS = 1024;

/** Keeps one process running: starts it, watches that it answers, starts it again when it ends. */
export function superviseChild(options: ChildOptions): SupervisedChild {
  let process: ChildProcess | null = null;
  let channel: Channel<ToChild> | null = null;
  let orders = 0;
  let state: ChildState['state'] = 'waiting';
  let restarts = 0;
  let failures = 0;
  let lastEnd: string | null = null;
  let endBecause: string | null = null;
  let draining = false;
  let startedAt = 0;
  let heardAt = 0;
  let pings = 0;
  let again: NodeJS.Timeout | null = null;
  const gone = Promise.withResolvers<void>();

  const say = (message: ToChild): void => channel?.send(message);
  const change = (next: ChildState['state'], what: string): void => {
    state = next;
    options.onEvent(what);
  };

  const start = (): void => {
    again = null;
    startedAt = performance.now();
    heardAt = startedAt;
    const child = spawnChild(options);
    process = child;
    change('starting', `started as process ${child.pid ?? '?'}`);
    child.on('error', (error) => ended(`cannot be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      ended(endBecause ?? (signal === null ? `ended with ${code}` : `ended by ${signal}`)),
    );
    const mine = openChannel<ToChild>(child.stdio[CHANNEL] as Duplex, {
      hear: (message) => (isFromChild(message) ? hear(message, mine) : broken('said what is no message')),
      broken: (why) => broken(why),
    });
    const broken = (why: string): void => {
      mine.close();
      if (process === child) end(`${why} and was ended`);
    };
    channel = mine;
    if (child.pid !== undefined) mark(child.pid, options.oomScore);
    say({ type: 'start', settings: options.settings });
  };

  const hear = (message: FromChild, from: Channel<ToChild>): void => {
    heardAt = performance.now();
    if (message.type === 'ready' && state === 'starting') change('ready', 'ready');
    if (message.type !== 'order') return;
    void obey(message.order).then((result) => from.send({ type: 'done', id: message.id, result }));
  };
  const obey = async (order: Order): Promise<OrderResult> => {
    if (options.onOrder === null) return { kind: 'failed', detail: 'only the vault gives orders' };
    if (orders >= MOST_ORDERS) return { kind: 'failed', detail: 'too many orders are under way' };
    orders += 1;
    try {
      return await options.onOrder(order);
    } finally {
      orders -= 1;
    }
  };

  const ended = (why: string): void => {
    if (process === null) return;
    process = null;
    endBecause = null;
    lastEnd = why;
    if (draining) {
      change('stopped', why);
      gone.resolve();
      return;
    }
    failures = failuresAfter(failures, performance.now() - startedAt);
    restarts += 1;
    const wait = backoff(failures);
    change('waiting', `${why}; starting it again${wait === 0 ? '' : ` in ${(wait / 1000).toFixed(1)} s`}`);
    again = setTimeout(start, wait);
  };

  const end = (why: string): void => {
    endBecause = why;
    process?.kill('SIGKILL');
  };

  let tickedAt = performance.now();
  const watch = setInterval(() => {
    const now = performance.now();
    // were we ourselves held up, or the whole machine, then silence proves nothing
    if (now - tickedAt > 2 * PING) heardAt = now;
    tickedAt = now;
    if (process === null) return;
    const silent = now - heardAt;
    if (silent > (state === 'starting' ? options.startLimit : options.watchdog))
      end(`did not answer for ${(silent / 1000).toFixed(1)} s and was ended`);
    pings += 1;
    say({ type: 'ping', n: pings });
  }, PING);

  start();
  return {
    state: () => ({ name: options.name, pid: process?.pid ?? null, state, restarts, lastEnd }),
    kill() {
      draining = true;
      end('was ended');
    },
    async drain(limit) {
      draining = true;
      if (again !== null) clearTimeout(again);
      if (process === null) {
        state = 'stopped';
        gone.resolve();
      } else {
        change('draining', 'draining');
        say({ type: 'drain' });
      }
      const late = setTimeout(() => end(`did not drain within ${limit / 1000} s and was ended`), limit);
      await gone.promise;
      clearTimeout(late);
      clearInterval(watch);
    },
  };
}

/** It may have been taken over: what it says is looked at before it is believed. Orders have a check of their own. */
function isFromChild(message: unknown): message is FromChild {
  const { type, id } = message as { readonly type?: unknown; readonly id?: unknown };
  return type === 'ready' || type === 'pong' || (type === 'order' && typeof id === 'number');
}

function spawnChild({ command, listeners, onOutput }: ChildOptions): ChildProcess {
  const child = spawn(command.command, command.args, {
    env: command.env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', ...listeners.map(({ fd }) => fd)],
  });
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) onOutput(stream);
  return child;
}

/** Names and descriptors of the listening sockets, as the child sees them: they follow the channel. */
export function descriptors(listeners: readonly Listener[]): ChildSettings['listening'] {
  return listeners.map(({ name }, index) => ({ name, fd: CHANNEL + 1 + index }));
}

function mark(pid: number, score: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, String(score));
  } catch {
    // it is gone already, or this host does not let us; then the kernel chooses by size
  }
}
