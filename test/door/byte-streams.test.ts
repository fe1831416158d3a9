import { expect, test } from 'vitest';
import { outputTo } from '#/door/byte-streams.js';

test('one piece is under way at a time; what gathers behind it goes as one, and nothing is lost or doubled', async () => {
  const sent: string[] = [];
  const waiting: (() => void)[] = [];
  const output = outputTo((bytes, done) => {
    sent.push(bytes.toString());
    waiting.push(done);
  });
  for (const piece of ['a', 'b', 'c', 'd']) output.write(Buffer.from(piece));
  expect(sent).toEqual(['a']);
  waiting.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual(['a', 'bcd']);
  let ended = false;
  output.end(() => (ended = true));
  output.on('error', () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(false);
  waiting.shift()?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(true);
});

test('a stream that is destroyed lets go of who waits for it', async () => {
  const output = outputTo(() => undefined);
  const gone = new Promise((resolve) => output.write(Buffer.from('never'), resolve));
  output.write(Buffer.from('nor this'));
  output.destroy();
  await gone;
});
