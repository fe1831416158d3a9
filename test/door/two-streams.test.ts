/** Output and errors of one channel, against clients whose window is small: any split of any bytes arrives unchanged. */
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DirectVisit } from '#/door/direct-visit.js';
import { newHostKey } from '../helpers/host-key.ts';
import { openRig, type Rig, somebody } from './rig.js';

interface Protocol {
  readonly _handlers: Record<string, (...args: never[]) => void>;
  session(channel: number, window: number, packet: number): void;
  exec(channel: number, command: string, reply: boolean): void;
  channelWindowAdjust(channel: number, amount: number): void;
  channelClose(channel: number): void;
}

let rig: Rig;
let client: ssh2.Client;
let protocol: Protocol;
let serve: (visit: DirectVisit) => Promise<void>;

beforeAll(async () => {
  rig = await openRig({
    questions: {
      keyKnown: async () => true,
      loginByKey: async ({ readings }) => ({ ...somebody, reading: readings.indexOf('alice') }),
    },
    serveDirect: (visit) => serve(visit),
  });
  const key = newHostKey();
  client = new ssh2.Client();
  await new Promise<void>((resolve, reject) => {
    client.on('connect', () => client.setNoDelay(true));
    client.on('ready', resolve).on('error', reject);
    client.connect({
      host: '127.0.0.1',
      port: rig.port,
      username: 'alice%root%web1',
      privateKey: key.private,
    });
  });
  protocol = (client as unknown as { readonly _protocol: Protocol })._protocol;
});
afterAll(async () => {
  client.destroy();
  await rig.close();
});

interface Heard {
  readonly out: Buffer;
  readonly err: Buffer;
  readonly status: number | null;
}

/** Opens a channel with this window, and gives it back in the amounts given, in turn, whenever it was used up. */
function heardWith(window: number, amounts: readonly number[], after = 0): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const parts: Record<'out' | 'err', Buffer[]> = { out: [], err: [] };
  let [there, left, turn] = [-1, window, 0];
  let status: number | null = null;
  const take = (stream: 'out' | 'err', data: Buffer): void => {
    parts[stream].push(Buffer.from(data));
    left -= data.length;
    expect(left).toBeGreaterThanOrEqual(0);
    if (left > 0) return;
    const amount = amounts[turn++ % amounts.length] ?? 1;
    left += amount;
    if (after === 0) protocol.channelWindowAdjust(there, amount);
    else setTimeout(() => protocol.channelWindowAdjust(there, amount), after);
  };
  Object.assign(protocol._handlers, {
    CHANNEL_OPEN_CONFIRMATION(_p: unknown, info: { readonly sender: number }) {
      there = info.sender;
      protocol.exec(there, 'x', false);
    },
    CHANNEL_DATA: (_p: unknown, _r: number, data: Buffer) => take('out', data),
    CHANNEL_EXTENDED_DATA: (_p: unknown, _r: number, data: Buffer) => take('err', data),
    CHANNEL_REQUEST(_p: unknown, _r: number, type: string, _reply: boolean, data: number) {
      if (type === 'exit-status') status = data;
    },
    CHANNEL_EOF: () => undefined,
    CHANNEL_CLOSE() {
      protocol.channelClose(there);
      resolve({ out: Buffer.concat(parts.out), err: Buffer.concat(parts.err), status });
    },
  });
  protocol.session(7, window, 32_768);
  return promise;
}

test('arrive whole and apart, whatever the window and the pieces', async () => {
  const piece = fc.record({ stream: fc.constantFrom('out' as const, 'err' as const), size: fc.nat(40_000) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.array(fc.integer({ min: 1000, max: 60_000 }), { minLength: 1, maxLength: 5 }),
      async (pieces, window, amounts) => {
        const bytes = pieces.map(({ size }, n) =>
          Buffer.from(Array.from({ length: size }, (_, i) => (i * 7 + n) & 255)),
        );
        const all = (which: string) => Buffer.concat(bytes.filter((_, n) => pieces[n]?.stream === which));
        serve = async (visit) => {
          pieces.forEach(({ stream }, n) => (stream === 'out' ? visit.output : visit.errors).write(bytes[n]));
          visit.exit(pieces.length);
        };
        const heard = await heardWith(window, amounts);
        expect(heard.out.equals(all('out'))).toBe(true);
        expect(heard.err.equals(all('err'))).toBe(true);
        expect(heard.status).toBe(pieces.length);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test('are not cut when the client takes its time after the end', async () => {
  serve = async (visit) => {
    visit.output.write(Buffer.alloc(50_000, 'o'));
    visit.errors.write(Buffer.alloc(50_000, 'e'));
    visit.exit(3);
  };
  const heard = await heardWith(1000, [100_000], 6500);
  expect([heard.out.length, heard.err.length, heard.status]).toEqual([50_000, 50_000, 3]);
}, 20_000);
