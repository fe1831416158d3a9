/** A client's display: reached by the channels that its session asked for, with its own key put in here, and no longer. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import fc from 'fast-check';
import ssh2, { type ClientChannel } from 'ssh2';
import { afterEach, expect, test } from 'vitest';
import { outputTo } from '#/door/byte-streams.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import { readX11Request, withKey } from '#/door/x11-request.js';
import { rawSetup } from '../helpers/x11-setup.ts';
import { type Rig, until } from './rig.ts';
import { openToVisits } from './visits.ts';

let rig: Rig | null = null;
const running: { kill(): void }[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) one.kill();
  await rig?.close();
  rig = null;
});

const COOKIE = '00112233445566778899aabbccddeeff';
const FROM_THE_BOX = rawSetup({ order: 'B', name: 'ANY', data: Buffer.from('of the box') });
const FOR_THE_CLIENT = rawSetup({ order: 'B', name: 'MIT-MAGIC-COOKIE-1', data: Buffer.from(COOKIE, 'hex') });

async function door(): Promise<readonly DirectVisit[]> {
  const opened = await openToVisits();
  ({ rig } = opened);
  return opened.visits;
}

/** A client, and the connections to its display. */
async function client(): Promise<{ readonly one: ssh2.Client; readonly display: ClientChannel[] }> {
  const one = new ssh2.Client();
  const display: ClientChannel[] = [];
  running.push({ kill: () => one.destroy() });
  one.on('keyboard-interactive', (_name, _words, _lang, prompts, finish) =>
    finish(prompts.map(() => 'right')),
  );
  one.on('error', () => undefined);
  one.on('x11', (_info, accept) => display.push(accept()));
  one.connect({
    host: '127.0.0.1',
    port: rig?.port ?? 0,
    username: 'alice@root@web1',
    tryKeyboard: true,
    authHandler: ['keyboard-interactive'],
  });
  await once(one, 'ready');
  return { one, display };
}

const exec = (one: ssh2.Client, x11: ssh2.X11Options): Promise<ClientChannel | string> =>
  new Promise((resolve) =>
    one.exec('true', { x11 }, (error, channel) =>
      resolve(error === undefined || error === null ? channel : error.message),
    ),
  );
const all = { single: false, protocol: 'MIT-MAGIC-COOKIE-1', cookie: COOKIE, screen: 0 };

function heardOn(channel: ClientChannel | undefined): () => Buffer {
  let heard = Buffer.alloc(0);
  channel?.on('data', (bytes: Buffer) => (heard = Buffer.concat([heard, bytes])));
  return () => heard;
}

test('the client hears its own cookie, then what the program says; each side ends for itself', async () => {
  const visits = await door();
  const { one, display } = await client();
  await exec(one, { ...all, screen: 3 });
  await until(() => visits.length === 1);
  const way = visits[0]?.lends().get('x11');
  expect(way?.screen).toBe(3);
  const channel = (await way?.open()) ?? null;
  if (channel === null) throw new Error('not opened');
  const heard = heardOn(display[0]);
  let back = '';
  channel.input.on('data', (bytes: Buffer) => (back += bytes.toString()));
  channel.output.write(FROM_THE_BOX);
  channel.output.write('then');
  channel.eof();
  await once(display[0] as ClientChannel, 'end');
  expect(heard()).toEqual(Buffer.concat([FOR_THE_CLIENT, Buffer.from('then')]));
  display[0]?.end('picture');
  await until(() => channel.gone.aborted);
  expect(back).toBe('picture');
});

test('four at once; none after the session, and those that are open go with it, while the connection stays', async () => {
  const visits = await door();
  const { one, display } = await client();
  const session = await exec(one, all);
  await exec(one, all);
  await until(() => visits.length === 2);
  const [first, second] = visits.map((visit) => visit.lends().get('x11'));
  const four = await Promise.all(Array.from({ length: 4 }, async () => await first?.open()));
  const other = await second?.open();
  expect(display).toHaveLength(5);
  expect(four.every((channel) => channel?.gone.aborted === false)).toBe(true);
  if (typeof session === 'string') throw new Error(session);
  session.close();
  await until(() => four.every((channel) => channel?.gone.aborted === true));
  expect(await first?.open()).toBeNull();
  expect(other?.gone.aborted).toBe(false);
  expect(await second?.open()).not.toBeNull();
});

test('asked for a single connection: one, and no second', async () => {
  const visits = await door();
  const { one, display } = await client();
  await exec(one, { ...all, single: true });
  await until(() => visits.length === 1);
  const way = visits[0]?.lends().get('x11');
  const both = await Promise.all([way?.open(), way?.open()]);
  expect(both.filter((channel) => channel !== null)).toHaveLength(1);
  expect(await way?.open()).toBeNull();
  expect(display).toHaveLength(1);
});

test('what does not begin as X11 is given up, and nothing of it reaches the client', async () => {
  const visits = await door();
  const { one, display } = await client();
  await exec(one, all);
  await until(() => visits.length === 1);
  const channel = await visits[0]?.lends().get('x11')?.open();
  const heard = heardOn(display[0]);
  channel?.output.write('GET / HTTP/1.1\r\n\r\n');
  await until(() => channel?.gone.aborted === true);
  await once(display[0] as ClientChannel, 'close');
  expect(heard()).toHaveLength(0);
});

test('a client that does not ask offers none', async () => {
  const visits = await door();
  const { one } = await client();
  one.exec('true', () => undefined);
  await until(() => visits.length === 1);
  expect([...(visits[0]?.lends().keys() ?? [])]).toEqual([]);
});

test('one that refuses the channel costs nothing else', async () => {
  const visits = await door();
  const { one } = await client();
  one.removeAllListeners('x11').on('x11', (_info, _accept, reject) => reject());
  await exec(one, all);
  await until(() => visits.length === 1);
  expect(await visits[0]?.lends().get('x11')?.open()).toBeNull();
});

const asked = (more: object) => ({ ...all, cookie: Buffer.from(COOKIE), ...more });
test.each([
  ['no cookie', { cookie: Buffer.alloc(0) }],
  ['half a byte', { cookie: Buffer.from('abc') }],
  ['what is not hexadecimal', { cookie: Buffer.from('0g') }],
  ['a cookie that is too long', { cookie: Buffer.from('ab'.repeat(257)) }],
  ['no protocol', { protocol: '' }],
  ['a protocol that is too long', { protocol: 'M'.repeat(257) }],
  ['a protocol with a line in it', { protocol: 'MIT\n' }],
  ['a protocol that is no text', { protocol: undefined }],
  ['a screen that nobody has', { screen: 401 }],
  ['nothing at all', { single: undefined, protocol: undefined, cookie: undefined, screen: undefined }],
])('not understood: %s', (_what, more) => {
  expect(readX11Request(asked(more))).toBeNull();
});

test('understood', () => {
  expect(readX11Request(asked({ screen: 400, cookie: Buffer.from('AbCd') }))).toEqual({
    key: { protocol: 'MIT-MAGIC-COOKIE-1', data: Buffer.from([0xab, 0xcd]) },
    single: false,
    screen: 400,
  });
});

test('refused at the door, and the session goes on', async () => {
  const visits = await door();
  const { one } = await client();
  expect(await exec(one, { ...all, screen: 1000 })).toBe('Unable to request X11');
  one.exec('true', () => undefined);
  await until(() => visits.length === 1);
});

test('in any split of what comes, every byte arrives once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('B' as const, 'l' as const),
      fc.uint8Array({ maxLength: 256 }),
      fc.uint8Array({ maxLength: 500 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }),
      async (order, data, after, cuts) => {
        const sent: Buffer[] = [];
        const key = { protocol: 'MIT-MAGIC-COOKIE-1', data: Buffer.from(COOKIE, 'hex') };
        const output: Writable = outputTo(
          withKey(
            key,
            (bytes, taken) => {
              sent.push(Buffer.from(bytes));
              setImmediate(taken);
            },
            () => undefined,
          ),
        );
        const bytes = Buffer.concat([rawSetup({ order, name: 'ANY', data: Buffer.from(data) }), after]);
        for (let at = 0, n = 0; at < bytes.length; n += 1) {
          const size = cuts[n % cuts.length] ?? 1;
          output.write(bytes.subarray(at, at + size));
          at += size;
        }
        await new Promise<void>((resolve) => output.end(resolve));
        expect(Buffer.concat(sent)).toEqual(
          Buffer.concat([rawSetup({ order, name: key.protocol, data: key.data }), after]),
        );
      },
    ),
    { numRuns: 60 },
  );
});
