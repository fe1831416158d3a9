import { expect, test } from 'vitest';
import { type Attempts, afterFailure, mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';

const NOW = 1_000_000_000;

function failTimes(times: number, start: Attempts = NO_ATTEMPTS): Attempts {
  let attempts = start;
  for (let i = 0; i < times; i += 1) attempts = afterFailure(attempts, NOW);
  return attempts;
}

test.each([
  [0, 0],
  [4, 0],
  [5, 5],
  [6, 10],
  [7, 20],
  [20, 900],
  [5000, 900],
])('after %i failures the wait is %i s', (failures, seconds) => {
  const may = mayTry(failTimes(failures), NOW);
  expect(may).toEqual(seconds === 0 ? { kind: 'go' } : { kind: 'wait', seconds });
});

test('a wait ends by itself', () => {
  expect(mayTry(failTimes(5), NOW + 5_000)).toEqual({ kind: 'go' });
  expect(mayTry(failTimes(5), NOW + 4_999)).toEqual({ kind: 'wait', seconds: 1 });
});

test('an hour without a failure forgets the earlier ones', () => {
  expect(afterFailure(failTimes(9), NOW + 3_600_001).failures).toBe(1);
  expect(afterFailure(failTimes(9), NOW + 3_600_000).failures).toBe(10);
});
