import { once } from 'node:events';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { FRAME, FrameDecoder, FrameError, MAXIMUM_FRAME } from '#/contract/frame.js';
import { turnWriter, writeFrame } from '#/contract/stream-writes.js';

/** Keeps what it is given; each write waits to be let go, or none does. */
function sink({ waits = false } = {}) {
  const written: Buffer[] = [];
  let letGo: (() => void) | null = null;
  const to = new Writable({
    highWaterMark: 8000,
    writev(pieces: { readonly chunk: Buffer }[], sent) {
      written.push(Buffer.concat(pieces.map(({ chunk }) => chunk)));
      if (!waits) return sent();
      letGo = () => {
        letGo = null;
        sent();
      };
    },
  });
  return { to, written, goOn: () => letGo?.(), all: () => Buffer.concat(written) };
}

test('a frame that is written apart is the same frame', () => {
  const { to, all } = sink();
  const lengths = [0, 10, 4095, 4096, 7000];
  for (const length of lengths) expect(writeFrame(to, FRAME.errors, Buffer.alloc(length, 7))).toBe(true);
  expect(new FrameDecoder().push(all()).map(({ kind, payload }) => [kind, payload.length])).toEqual(
    lengths.map((length) => [FRAME.errors, length]),
  );
  expect(() => writeFrame(to, FRAME.data, Buffer.alloc(MAXIMUM_FRAME))).toThrow(FrameError);
});

test('there is room when a frame is out, however large, and none while it waits', async () => {
  const quick = sink();
  expect(writeFrame(quick.to, FRAME.data, Buffer.alloc(9000))).toBe(true);
  const slow = sink({ waits: true });
  expect(writeFrame(slow.to, FRAME.data, Buffer.alloc(8000))).toBe(false);
  const drained = once(slow.to, 'drain');
  slow.goOn();
  await drained;
  expect(writeFrame(slow.to, FRAME.data, Buffer.alloc(4000))).toBe(true);
});

test('what is written in a turn goes out as one, and too much of it has to wait', async () => {
  const { to, written } = sink();
  const inTurn = turnWriter(to);
  for (const text of ['one', 'two', 'three']) expect(inTurn(() => void to.write(text))).toBe(true);
  expect(written).toHaveLength(0);
  await new Promise(setImmediate);
  expect(written.map(String)).toEqual(['onetwothree']);
  expect(inTurn(() => void to.write(Buffer.alloc(256 * 1024)))).toBe(false);
  await once(to, 'drain');
  expect(inTurn(() => void to.end('four'))).toBe(true);
  await once(to, 'finish');
  expect(String(written.at(-1))).toBe('four');
});
