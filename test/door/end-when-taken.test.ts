import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { endWhenTaken } from '#/door/end-when-taken.js';

/** Takes one piece in a while, and after so many none any more. */
function slow(takes: number) {
  let taken = 0;
  let moved = (): void => undefined;
  const output = new Writable({
    write(_piece, _encoding, done) {
      if (taken === takes) return;
      setTimeout(() => {
        taken += 1;
        moved();
        done();
      }, 60);
    },
  });
  for (let piece = 0; piece < 12; piece += 1) output.write('piece');
  return {
    taken: () => taken,
    end: () =>
      new Promise<void>((resolve) => {
        ({ moved } = endWhenTaken(output, () => 300, resolve));
      }),
  };
}

test('who is slow gets all of it, though it takes longer than the patience for one piece', async () => {
  const reader = slow(Infinity);
  await reader.end();
  expect(reader.taken()).toBe(12);
});

test('who has stopped is not waited for', async () => {
  const reader = slow(5);
  await reader.end();
  expect(reader.taken()).toBe(5);
});
