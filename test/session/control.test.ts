/* Whoever watches tries to type: only the vault's word opens that way, and only while it stands. */

import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CallName } from '#/contract/calls.js';
import { encodeFrame, encodeJson, FRAME, FrameDecoder } from '#/contract/frame.js';
import type { FromWatchedHost } from '#/contract/watch-link.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { startOversight } from '#/session/oversight/oversight.js';
import type { ActiveSession } from '#/session/run-session.js';
import type { Screen } from '#/session/screen/screens.js';
import { serveWatcher } from '#/session/serve-watcher.js';
import type { Vault } from '#/session/vault.js';
import { createWatchers } from '#/session/watchers.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

type Answers = Partial<Record<CallName, () => Outcome<unknown>>>;

/** One session that runs, its vault played by the test, and monitors that connect. */
function rig(answers: Answers = {}) {
  const asked: string[] = [];
  const typed: string[] = [];
  const usual: Answers = {
    'session.redeemWatch': () => done({ watch: 'w1', viewer: 'tom' }),
    'session.redeemControl': () => done({ controller: 'tom' }),
  };
  const state = { answers };
  const vault: Vault = {
    ask: ((call: CallName) => {
      asked.push(call);
      const said = (state.answers[call] ?? usual[call] ?? (() => done(null)))();
      return Promise.resolve(said.ok ? done({ value: said.value, blob: undefined }) : said);
    }) as Vault['ask'],
  };
  const screen = { snapshot: () => Promise.resolve(null) } as unknown as Screen;
  const watchers = createWatchers({
    screen,
    size: () => ({ columns: 80, rows: 24 }),
    typing: () => false,
    now: () => 0,
  });
  const oversight = startOversight({
    now: () => 0,
    mark: () => undefined,
    cover: () => undefined,
    typed: (bytes) => typed.push(bytes.toString()),
    giveUp: () => undefined,
  });
  const session = {
    watchable: { watchers, oversight },
    control: { reason: null },
    over: new Promise<void>(() => undefined),
  } as unknown as ActiveSession;
  const connect = () => {
    const [toHost, fromHost] = [new PassThrough(), new PassThrough()];
    const heard: FromWatchedHost[] = [];
    const decoder = new FrameDecoder();
    fromHost.on('data', (bytes: Buffer) => {
      for (const { kind, payload } of decoder.push(bytes))
        if (kind === FRAME.json) heard.push(JSON.parse(payload.toString()) as FromWatchedHost);
    });
    const gone = { is: false };
    const socket = Object.assign(toHost, {
      write: (bytes: Buffer) => fromHost.write(bytes),
      end: () => fromHost.end(),
      destroy: () => {
        gone.is = true;
        toHost.emit('close');
      },
    }) as unknown as Socket;
    const feed = (bytes: Buffer) => toHost.emit('data', bytes);
    serveWatcher(socket, { vault, find: () => session, now: () => 0 });
    return {
      heard,
      gone,
      asks: () => feed(encodeJson({ type: 'watch', permit: 'p', sessionId: 's' })),
      says: (message: unknown) => feed(encodeJson(message)),
      types: (text: string) => feed(encodeFrame(FRAME.data, Buffer.from(text))),
      hangsUp: () => socket.destroy(),
    };
  };
  return { connect, asked, typed, oversight, state };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const CONTROL = { type: 'control', permit: 'c' };

test.each<[string, (monitor: ReturnType<ReturnType<typeof rig>['connect']>) => void]>([
  ['types before it asked for anything', (monitor) => monitor.types('x')],
  [
    'types while it only watches',
    (monitor) => {
      monitor.asks();
      monitor.types('rm -rf /\r');
    },
  ],
  [
    'says what is no message',
    (monitor) => {
      monitor.asks();
      monitor.says({ type: 'resize', columns: 1, rows: 1 });
    },
  ],
  [
    'asks twice',
    (monitor) => {
      monitor.asks();
      monitor.asks();
    },
  ],
])('a monitor that %s is cut off, and nothing of it reaches the session', async (_what, does) => {
  const { connect, typed } = rig();
  const monitor = connect();
  does(monitor);
  await settled();
  monitor.types('more');
  await settled();
  expect(monitor.gone.is).toBe(true);
  expect(typed).toEqual([]);
});

test('with a permit that the vault takes, keys reach the session, until they are handed back', async () => {
  const { connect, typed, asked, oversight } = rig();
  const monitor = connect();
  monitor.asks();
  await settled();
  monitor.says(CONTROL);
  await settled();
  expect(oversight.state.typing).toBe('tom');
  expect(monitor.heard.at(-1)).toMatchObject({ type: 'overseen', typing: 'tom', mine: true });
  monitor.types('ls\r');
  monitor.says({ type: 'hand-back' });
  // what was on its way goes nowhere, and is no reason to hang up
  monitor.types('late');
  await settled();
  expect(typed).toEqual(['ls\r']);
  expect(monitor.gone.is).toBe(false);
  expect(oversight.state.typing).toBeNull();
  expect(monitor.heard.at(-1)).toMatchObject({ type: 'overseen', typing: null, mine: false });
  expect(asked.filter((call) => call.includes('ontrol'))).toEqual([
    'session.redeemControl',
    'session.controlEnded',
  ]);
});

test('a permit that the vault refuses opens nothing, and he watches on', async () => {
  const { connect, typed, oversight } = rig({
    'session.redeemControl': () => failed(failure('PERMIT_REFUSED', 'made up')),
  });
  const monitor = connect();
  monitor.asks();
  await settled();
  monitor.says(CONTROL);
  await settled();
  expect(oversight.state.typing).toBeNull();
  expect(monitor.heard.at(-1)).toMatchObject({ type: 'no-control', failure: { code: 'PERMIT_REFUSED' } });
  monitor.types('x');
  await settled();
  expect(monitor.gone.is).toBe(true);
  expect(typed).toEqual([]);
});

test('the right is asked about every second: without it the keyboard is its owner’s again', async () => {
  const { connect, typed, oversight, state } = rig();
  const monitor = connect();
  monitor.asks();
  await settled();
  monitor.says(CONTROL);
  await settled();
  state.answers = { 'session.controlGoesOn': () => failed(failure('CONTROL_ENDED', 'taken away')) };
  vi.advanceTimersByTime(1000);
  await settled();
  expect(oversight.state.typing).toBeNull();
  expect(monitor.heard.some((one) => one.type === 'no-control')).toBe(true);
  monitor.types('x');
  expect(typed).toEqual([]);
  expect(monitor.gone.is).toBe(false);
});

test('one has it at a time; who hangs up has handed it back, also when he never learned that he had it', async () => {
  const { connect, oversight, asked } = rig();
  const [first, second] = [connect(), connect()];
  for (const one of [first, second]) {
    one.asks();
    await settled();
    one.says(CONTROL);
    await settled();
  }
  expect(second.heard.at(-1)).toMatchObject({ type: 'no-control', failure: { code: 'CONTROL_TAKEN' } });
  first.hangsUp();
  await settled();
  expect(oversight.state.typing).toBeNull();
  second.says(CONTROL);
  second.hangsUp();
  await settled();
  expect(oversight.state.typing).toBeNull();
  expect(asked.filter((call) => call === 'session.controlEnded')).toHaveLength(3);
});
