import { expect, test } from 'vitest';
import { createLoginTurns } from '#/session/login-turns.js';

const web1 = { address: 'web1', port: 22 };
const never = new AbortController().signal;

/** Takes a turn; tells whether it has come. */
function asked(turns: ReturnType<typeof createLoginTurns>, target = web1, signal = never) {
  const state: { release: (() => void) | null } = { release: null };
  void turns.take(target, signal).then((release) => (state.release = release));
  return state;
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('so many at once, the others in their order, and each target for itself', async () => {
  const turns = createLoginTurns(2);
  const four = [asked(turns), asked(turns, { address: 'WEB1', port: 22 }), asked(turns), asked(turns)];
  const elsewhere = asked(turns, { address: 'web1', port: 2222 });
  await settled();
  const inside = () => four.map(({ release }) => release !== null);
  expect([inside(), elsewhere.release !== null]).toEqual([[true, true, false, false], true]);
  four[1]?.release?.();
  four[1]?.release?.();
  await settled();
  expect(inside()).toEqual([true, true, true, false]);
  four[0]?.release?.();
  await settled();
  expect(inside()).toEqual([true, true, true, true]);
});

test('who gives up leaves the line, and a turn that was given up is nobody’s loss', async () => {
  const turns = createLoginTurns(1);
  const first = asked(turns);
  const patience = new AbortController();
  const second = asked(turns, web1, patience.signal);
  const third = asked(turns);
  await settled();
  patience.abort();
  await settled();
  second.release?.();
  await settled();
  expect(third.release).toBeNull();
  first.release?.();
  await settled();
  expect(third.release).not.toBeNull();
});
