/** What the target connects back to: who may answer, how many, and what the recording says of each. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ToHost, ToPortal } from '#/contract/session-link.js';
import type { Activity } from '#/domain/activity.js';
import type { LinkListener, PortalLink } from '#/session/portal-link.js';
import { createReturns, type Returns } from '#/session/returns.js';
import { until } from './rig.ts';

interface FakeLink extends PortalLink {
  readonly said: ToPortal[];
  readonly bytes: () => string;
  say(message: ToHost): void;
  give(text: string): void;
  leave(): void;
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
    get closed() {
      return closed;
    },
  };
}

let server: Server;
let home: FakeLink | null;
let suspended: boolean;
let recorded: Activity[];
let returns: Returns;
let next: number;
const clients: Socket[] = [];
beforeEach(async () => {
  home = fakeLink();
  suspended = false;
  recorded = [];
  next = 0;
  returns = createReturns({
    kinds: ['agent'],
    link: () => home,
    suspended: () => suspended,
    record: (activity) => void recorded.push(activity),
    random: () => Buffer.from(`token-${next++}`),
  });
  server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    socket.on('error', () => undefined);
    returns.begin('agent', socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
  server.close();
});

/** A program at the target; what it hears, and whether it was cut off. */
function program() {
  const address = server.address();
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
