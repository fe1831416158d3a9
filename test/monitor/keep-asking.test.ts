import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type FailureCode, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { keepAsking } from '#/monitor/keep-asking.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The vault's answer can be changed; what ended is noted. */
function replay() {
  let answer: Outcome<unknown> = done(null);
  const ended: FailureCode[] = [];
  const stop = keepAsking({
    ask: () => Promise.resolve(answer),
    over: ({ code }) => void ended.push(code),
    clock: () => performance.now(),
  });
  return {
    ended,
    stop,
    says: (code: FailureCode | null) => (answer = code === null ? done(null) : failed(failure(code))),
  };
}

test('what may not be shown any more ends within a second or so', async () => {
  const { ended, says } = replay();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended).toEqual([]);
  says('WATCHING_ENDED');
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended).toEqual(['WATCHING_ENDED']);
});

test('a vault that restarts ends nothing, one that stays away does', async () => {
  const { ended, says, stop } = replay();
  says('VAULT_UNAVAILABLE');
  await vi.advanceTimersByTimeAsync(9000);
  says(null);
  await vi.advanceTimersByTimeAsync(1000);
  says('VAULT_UNAVAILABLE');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ended).toEqual([]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(ended).toEqual(['VAULT_UNAVAILABLE']);
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(ended).toHaveLength(1);
});
