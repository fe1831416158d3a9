/** What the target connects back to: who may answer, how many, and what the recording says of each. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ToHost, ToPortal } from '#/contract/session-link.js';
import type { Activity } from '#/domain/activity.js';
import type { LinkListener, PortalLink } from '#/session/portal-link.js';
import { createReturns, type Returns } from '#/session/returns.js';
import { rawSetup } from '../helpers/x11-setup.ts';
import { until } from './rig.ts';

interface FakeLink extends PortalLink {
  readonly said: ToPortal[];
  readonly bytes: () => string;
  say(message: ToHost): void;
  give(text: string): void;
  leave(): void;
  readonly listener: () => LinkListener;
  readonly closed: boolean;
}

function fakeLink(): FakeLink {
  let listener: LinkListener | null = null;
  let closed = false;
  const bytes: Buffer[] = [];
  const said: ToPortal[] = [];
  return {
    said,
    bytes: () => Buffer.concat(bytes).toString(),
    send: (message) => void said.push(message),
    data: (one) => bytes.push(Buffer.from(one)) > 0,
    errors: () => true,
    listen: (next) => (listener = next),
    keep: () => undefined,
    pauseInput: () => undefined,
    resumeInput: () => undefined,
    close: () => (closed = true),
    gone: false,
    say: (message) => listener?.message(message),
    give: (text) => listener?.data(Buffer.from(text)),
    leave: () => listener?.gone('left'),
    listener() {
      if (listener === null) throw new Error('nobody listens');
      return listener;
    },
    get closed() {
      return closed;
    },
  };
}

let server: Server;
let display: Server;
let home: FakeLink | null;
let suspended: boolean;
let changed: () => void;
let used: number;
let recorded: Activity[];
let returns: Returns;
let next: number;
const clients: Socket[] = [];
beforeEach(async () => {
  home = fakeLink();
  suspended = false;
  changed = () => undefined;
  used = 0;
  recorded = [];
  next = 0;
  returns = createReturns({
    kinds: ['agent', 'x11'],
    link: () => home,
    suspended: () => suspended,
    onChange(listener) {
      changed = listener;
      return () => (changed = () => undefined);
    },
    used: () => (used += 1),
    record: (activity) => void recorded.push(activity),
    random: () => Buffer.from(`token-${next++}`),
  });
  server = await listen('agent', true);
  display = await listen('x11', false);
});
afterEach(() => {
  returns.end();
  for (const client of clients.splice(0)) client.destroy();
  server.close();
  display.close();
});

async function listen(kind: 'agent' | 'x11', pauseOnConnect: boolean): Promise<Server> {
  const one = createServer({ allowHalfOpen: true, pauseOnConnect }, (socket) => {
    socket.on('error', () => undefined);
    returns.begin(kind, socket);
  });
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
  return one;
}

/** A program at the target; what it hears, and whether it was cut off. */
function program(at = server) {
  const address = at.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect({ port: address.port, host: '127.0.0.1', allowHalfOpen: true });
  clients.push(socket);
  const heard = { text: '', over: false };
  socket.on('data', (bytes: Buffer) => (heard.text += bytes.toString()));
  socket.once('end', () => (heard.over = true)).on('error', () => (heard.over = true));
  return { socket, heard };
}
const asks = (count: number) =>
  until(() => {
    const all = (home?.said ?? []).filter((one) => one.type === 'return');
    return all.length >= count && all;
  });

test('bytes both ways, each side ends for itself, and the recording has the counts', async () => {
  const { socket, heard } = program();
  const [asked] = await asks(1);
  const carrier = fakeLink();
  expect(returns.take(carrier, asked?.token ?? '', true)).toBe(true);
  socket.end(Buffer.from([0, 0, 0, 1, 11]));
  await until(() => carrier.said.some(({ type }) => type === 'eof'));
  expect(carrier.bytes()).toBe('\0\0\0\x01\x0b');
  carrier.give('keys');
  carrier.say({ type: 'eof' });
  await until(() => recorded.length === 1);
  expect(heard.text).toBe('keys');
  expect(recorded).toEqual([
    {
      kind: 'return',
      protocol: 'agent',
      about: '1 requests, 0 of them to sign',
      toTarget: 4,
      fromTarget: 5,
      result: 'ok',
    },
  ]);
  expect(carrier.closed).toBe(true);
});

test('one that has ended before its client was asked ends there, too', async () => {
  // as the sockets of a login are: read as soon as there is somebody
  const read = await listen('agent', false);
  const { socket } = program(read);
  const [asked] = await asks(1);
  await new Promise<void>((resolve) => socket.end(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const carrier = fakeLink();
  expect(returns.take(carrier, asked?.token ?? '', true)).toBe(true);
  await until(() => carrier.said.some(({ type }) => type === 'eof'));
  carrier.say({ type: 'eof' });
  await until(() => recorded.length === 1);
  expect(recorded).toMatchObject([{ result: 'ok', fromTarget: 0 }]);
  read.close();
});

test('a token is good once, and no other is good at all', async () => {
  program();
  const [asked] = await asks(1);
  expect(returns.take(fakeLink(), 'another', true)).toBe(false);
  expect(returns.take(fakeLink(), asked?.token ?? '', true)).toBe(true);
  expect(returns.take(fakeLink(), asked?.token ?? '', true)).toBe(false);
});

test.each([
  ['the client does not take it', () => undefined],
  ['no client is connected', () => (home = null)],
  ['the session is suspended', () => (suspended = true)],
  ['the session ended', () => returns.end()],
])('not opened: %s', async (why, change) => {
  change();
  const { heard } = program();
  if (why === 'the client does not take it') {
    const [asked] = await asks(1);
    returns.take(fakeLink(), asked?.token ?? '', false);
  }
  await until(() => heard.over);
  await until(() => recorded.length === 1);
  expect(recorded[0]).toMatchObject({ result: why, toTarget: 0, fromTarget: 0 });
});

test('sixteen at once, not one more, and one more when one is over', async () => {
  const programs = Array.from({ length: 16 }, program);
  await asks(16);
  const { heard } = program();
  await until(() => heard.over);
  expect(recorded).toMatchObject([{ result: 'there are 16 at once already' }]);
  const [asked] = await asks(16);
  const carrier = fakeLink();
  returns.take(carrier, asked?.token ?? '', true);
  carrier.leave();
  await until(() => recorded.length === 2);
  program();
  await asks(17);
  returns.end();
  await until(() => programs.every((one) => one.heard.over));
  expect(recorded.filter((one) => 'result' in one && one.result === 'the session ended')).toHaveLength(16);
});

describe('a display', () => {
  const setup = rawSetup({ order: 'l', name: 'MIT-MAGIC-COOKIE-1', data: Buffer.alloc(16, 7) });
  const opened = async () => {
    const before = home?.said.length ?? 0;
    const one = program(display);
    one.socket.write(setup);
    const asked = (await asks(before + 1)).at(-1);
    const carrier = fakeLink();
    returns.take(carrier, asked?.token ?? '', true);
    await until(() => carrier.bytes().length === setup.length);
    return { ...one, carrier };
  };
  const press = Buffer.alloc(32);
  press[0] = 2;
  const greeting = Buffer.of(1, 0, 11, 0, 0, 0, 0, 0);

  test('nobody is asked before all of the first words are there, in whatever pieces they come', async () => {
    const { socket } = program(display);
    for (const byte of setup.subarray(0, -1)) {
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(home?.said).toEqual([]);
    socket.write(setup.subarray(-1));
    const [asked] = await asks(1);
    expect(asked).toMatchObject({ kind: 'x11' });
    const carrier = fakeLink();
    returns.take(carrier, asked?.token ?? '', true);
    socket.write('and more');
    await until(() => carrier.bytes().endsWith('and more'));
    expect(carrier.bytes()).toBe(`${setup.toString()}and more`);
    socket.end();
    carrier.say({ type: 'eof' });
    await until(() => recorded.length === 1);
    expect(recorded[0]).toMatchObject({
      protocol: 'x11',
      about: 'to the display',
      fromTarget: setup.length + 8,
      toTarget: 0,
      result: 'ok',
    });
  });

  test.each([
    ['other words', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'it does not begin as X11 does'],
    ['no words', Buffer.alloc(0), 'it was not let in at the target, or left at once'],
    ['a half', setup.subarray(0, 20), 'it was not let in at the target, or left at once'],
  ])('nobody is asked at all: %s', async (_what, words, why) => {
    const { socket, heard } = program(display);
    socket.end(words);
    await until(() => recorded.length === 1);
    await until(() => heard.over);
    expect(recorded).toMatchObject([{ protocol: 'x11', result: why, fromTarget: 0, toTarget: 0 }]);
    expect(home?.said).toEqual([]);
  });

  test('while the session is suspended nothing that is done at it arrives, and then all of it, in order', async () => {
    const { carrier, heard, socket } = await opened();
    carrier.give('one ');
    await until(() => heard.text === 'one ');
    suspended = true;
    changed();
    carrier.give('two ');
    carrier.give('three ');
    carrier.say({ type: 'eof' });
    // what it shows goes on
    socket.write('picture');
    await until(() => carrier.bytes().endsWith('picture'));
    expect(heard).toEqual({ text: 'one ', over: false });
    const { heard: second } = program(display);
    suspended = false;
    changed();
    await until(() => heard.over);
    expect(heard.text).toBe('one two three ');
    expect(second.over).toBe(false);
  });

  test('a new one is refused while the session is suspended', async () => {
    suspended = true;
    const { socket } = program(display);
    socket.write(setup);
    await until(() => recorded.length === 1);
    expect(recorded).toMatchObject([{ result: 'the session is suspended' }]);
    expect(home?.said).toEqual([]);
  });

  test('keys count as the person’s, and no other bytes', async () => {
    const { carrier } = await opened();
    carrier.listener().data(Buffer.concat([greeting, Buffer.alloc(64)]));
    expect(used).toBe(0);
    carrier.listener().data(press);
    expect(used).toBe(1);
  });

  test('who waits for the last window to close waits for that, or for the end', async () => {
    await returns.quiet();
    const { socket, carrier } = await opened();
    let isQuiet = false;
    const quiet = returns.quiet().then(() => (isQuiet = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isQuiet).toBe(false);
    socket.end();
    carrier.say({ type: 'eof' });
    await quiet;
    await opened();
    const ended = returns.quiet();
    returns.end();
    await ended;
    expect(recorded.at(-1)).toMatchObject({ result: 'ok' });
  });

  test('sixty-four at once, those that say nothing among them', async () => {
    const programs = Array.from({ length: 64 }, () => program(display));
    await until(() => programs.every(({ socket }) => !socket.connecting));
    const { heard } = program(display);
    await until(() => heard.over);
    expect(recorded).toMatchObject([{ result: 'there are 64 at once already' }]);
    expect(home?.said).toEqual([]);
  });
});
