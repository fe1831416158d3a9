import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Gathering, startGathering } from '#/session/gathering.js';

let given: Buffer[];
let gathering: Gathering;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'Date'] });
  given = [];
  gathering = startGathering({ now: Date.now, give: (bytes) => given.push(bytes) });
});
afterEach(() => void vi.useRealTimers());

const sizes = (): number[] => given.map((one) => one.length);
/** One turn of the loop, in which no time passes. */
const turn = (): void => void vi.advanceTimersByTime(0);

test('what a person typed comes back in the same turn, however fast he types', () => {
  for (let key = 0; key < 5; key += 1) {
    gathering.take(Buffer.from('k'));
    turn();
    expect(given.length).toBe(key + 1);
  }
});

test('the first piece of much output is given at once, too; what follows waits for more, two milliseconds at most', () => {
  gathering.take(Buffer.alloc(4095));
  turn();
  expect(sizes()).toEqual([4095]);
  gathering.take(Buffer.alloc(4095));
  turn();
  vi.advanceTimersByTime(1);
  gathering.take(Buffer.alloc(4095));
  expect(sizes()).toEqual([4095]);
  vi.advanceTimersByTime(1);
  expect(sizes()).toEqual([4095, 8190]);
});

test('no piece waits when enough is there, and after a pause it is as at first', () => {
  for (let piece = 0; piece < 9; piece += 1) {
    gathering.take(Buffer.alloc(4096));
    if (piece === 0) turn();
  }
  expect(sizes()).toEqual([4096, 32_768]);
  vi.advanceTimersByTime(6);
  gathering.take(Buffer.from('$ '));
  turn();
  expect(sizes()).toEqual([4096, 32_768, 2]);
});

test('flush gives everything now and in order, and nothing twice', () => {
  gathering.take(Buffer.alloc(2000, 'a'));
  turn();
  gathering.take(Buffer.from('b'));
  gathering.take(Buffer.from('c'));
  gathering.flush();
  gathering.flush();
  vi.advanceTimersByTime(100);
  expect(given.map((one) => one.subarray(-2).toString())).toEqual(['aa', 'bc']);
});
