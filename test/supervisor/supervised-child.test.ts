import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChildSettings, Order, OrderResult } from '#/contract/orders.js';
import { backoff, failuresAfter } from '#/supervisor/backoff.js';
import { type Listener, openSocket } from '#/supervisor/listeners.js';
import { descriptors, type SupervisedChild, superviseChild } from '#/supervisor/supervised-child.js';

let folder: string;
let listener: Listener;
let child: SupervisedChild | null = null;
const events: string[] = [];
let printed = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'child-'));
  listener = openSocket(folder, 'shell', undefined, null);
  events.length = 0;
  printed = '';
});
afterEach(async () => {
  await child?.drain(500);
  child = null;
  listener.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(
  options: {
    readonly onOrder?: (order: Order) => Promise<OrderResult>;
    readonly watchdog?: number;
    readonly bastion?: string;
  } = {},
): SupervisedChild {
  const settings = {
    bastion: options.bastion ?? 'here',
    listening: descriptors([listener]),
  } as unknown as ChildSettings;
  child = superviseChild({
    name: 'fixture',
    command: {
      command: process.execPath,
      args: [join(import.meta.dirname, 'fixtures/child.mjs')],
      env: { LANG: 'C.UTF-8' },
    },
    listeners: [listener],
    settings,
    watchdog: options.watchdog ?? 5000,
    startLimit: 20_000,
    oomScore: 900,
    onOrder: options.onOrder ?? null,
    onOutput: (stream: Readable) => stream.on('data', (bytes: Buffer) => (printed += bytes.toString())),
    onEvent: (what) => void events.push(what),
  });
  return child;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !holds(); ) {
    if (performance.now() > end) throw new Error(`waited for: ${what}; events: ${events.join(' | ')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Says one word to whoever listens on the socket; the answer, or '' when it hangs up. */
function tell(word: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(join(folder, 'shell.sock'), () => socket.write(word));
    socket.on('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.on('close', () => resolve(''));
    socket.on('error', () => resolve(''));
  });
}

const ready = (n: number) => () => events.filter((what) => what === 'ready').length === n;

describe('a supervised process', () => {
  it('gets its listening socket and a clean environment, and drains when it is told to', async () => {
    const one = start();
    await until('ready', ready(1));
    const [pid, environment] = (await tell('who')).split(' ');
    expect(Number(pid)).toBe(one.state().pid);
    expect(environment?.split(',')).toEqual(['LANG']);
    await one.drain(5000);
    expect(one.state()).toMatchObject({ state: 'stopped', lastEnd: 'ended with 0', restarts: 0, pid: null });
  });

  it('is started again at once after a crash, and serves those who connected meanwhile', async () => {
    const one = start();
    await until('ready', ready(1));
    await tell('crash');
    const waiting = tell('who');
    await until('ready again', ready(2));
    expect(await waiting).toContain(String(one.state().pid));
    expect(one.state()).toMatchObject({ restarts: 1, lastEnd: 'ended with 7' });
  });

  it('is ended and started again when it freezes', async () => {
    const one = start({ watchdog: 1500 });
    await until('ready', ready(1));
    const before = one.state().pid;
    void tell('hang');
    await until('ready again', ready(2));
    expect(one.state().pid).not.toBe(before);
    expect(one.state().lastEnd).toMatch(/^did not answer for \d\.\d s and was ended$/);
  });

  it.each([
    ['null', 'nothing'],
    ['what is no frame', 'text'],
    ['bytes beside its messages', 'blob'],
    ['a message of 64 KiB', 'large'],
    ['64 MB at once', 'huge'],
  ] as const)('is ended when it says %s', async (_what, word) => {
    const one = start();
    await until('ready', ready(1));
    const before = process.memoryUsage().rss;
    void tell(word);
    await until('ready again', ready(2));
    expect(one.state()).toMatchObject({ restarts: 1, lastEnd: 'said what is no message and was ended' });
    expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024);
  });

  it('is ended when it asks and asks and does not read the answers', async () => {
    const one = start();
    await until('ready', ready(1));
    void tell('deaf');
    await until('ready again', ready(2));
    expect(one.state()).toMatchObject({
      restarts: 1,
      lastEnd: 'did not read what it was told and was ended',
    });
  });

  it('is ended when it does not drain in time', async () => {
    const one = start();
    await until('ready', ready(1));
    process.kill(one.state().pid ?? 0, 'SIGSTOP');
    await one.drain(300);
    expect(one.state()).toMatchObject({
      state: 'stopped',
      lastEnd: 'did not drain within 0.3 s and was ended',
    });
  });

  it('gives orders only when it may', async () => {
    start();
    await until('ready', ready(1));
    void tell('order');
    await until('the refusal', () => printed.includes('"done"'));
    expect(printed).toContain('only the vault gives orders');
  });

  it('gets its orders answered when it may', async () => {
    const heard: Order[] = [];
    start({
      onOrder: async (order) => {
        heard.push(order);
        return { kind: 'done', level: 3, healed: null };
      },
    });
    await until('ready', ready(1));
    void tell('order');
    await until('the answer', () => printed.includes('"done"'));
    expect(heard).toEqual([{ kind: 'forget-box', sessionId: 'n' }]);
    expect(printed).toContain('"level":3');
  });

  it('waits longer and longer while it does not come up, and stays ended once it was drained', async () => {
    const one = start({ bastion: 'fails' });
    await until('several failures', () => one.state().restarts >= 3);
    expect(events.filter((what) => what.startsWith('ended with 3')).slice(0, 3)).toEqual([
      'ended with 3; starting it again',
      'ended with 3; starting it again in 0.1 s',
      'ended with 3; starting it again in 0.2 s',
    ]);
    await one.drain(2000);
    expect(one.state().state).toBe('stopped');
  });
});

describe('waiting between starts', () => {
  it('is nothing first and then grows to five seconds', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(backoff)).toEqual([
      0, 100, 200, 400, 800, 1600, 3200, 5000, 5000,
    ]);
  });
  it('begins anew after a long life', () => {
    expect(failuresAfter(7, 29_999)).toBe(8);
    expect(failuresAfter(7, 30_000)).toBe(1);
  });
});
