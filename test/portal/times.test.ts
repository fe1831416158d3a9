import { expect, test } from 'vitest';
import { endingNotice, endingWords } from '#/portal/ending-words.js';
import { ago, clockTime, dateTime, duration, shortTime } from '#/portal/times.js';
import { NOW } from './fake-services.ts';

const MINUTE = 60_000;

test.each([
  [0, 'now'],
  [-5 * MINUTE, 'now'],
  [59_999, 'now'],
  [MINUTE, '1 min ago'],
  [59 * MINUTE, '59 min ago'],
  [60 * MINUTE, '1 h ago'],
  [23.9 * 60 * MINUTE, '23 h ago'],
  [29 * 24 * 60 * MINUTE, '29 d ago'],
  [30 * 24 * 60 * MINUTE, '2026-10-24'],
])('%d ms ago is %s', (passed, words) => {
  expect(ago(NOW - passed, NOW)).toBe(words);
});

test.each([
  [0, '00:00'],
  [-1, '00:00'],
  [59_999, '00:59'],
  [3_599_999, '59:59'],
  [3_600_000, '1:00:00'],
  [100 * 3_600_000, '100:00:00'],
])('%d ms last %s', (ms, words) => {
  expect(duration(ms)).toBe(words);
});

test('times are UTC, and no time breaks a screen', () => {
  expect(dateTime(NOW)).toBe('2026-11-23 19:40');
  expect(clockTime(NOW)).toBe('19:40');
  expect(shortTime(NOW, NOW)).toBe('23 Nov 19:40');
  expect(shortTime(Date.UTC(2025, 0, 2), NOW)).toBe('2 Jan 2025');
  for (const show of [dateTime, clockTime, (at: number) => shortTime(at, NOW)])
    expect(show(Number.NaN)).toBe('?');
});

test.each([
  [{ kind: 'exited', status: 3, signal: null }, 'session ended, exit status 3', 'plain'],
  [{ kind: 'exited', status: 0, signal: 9 }, 'session ended by signal 9', 'plain'],
  [{ kind: 'terminated', by: 'bob', reason: 'x\x1b[2Jy' }, 'session terminated by bob: x·[2Jy', 'warning'],
  [{ kind: 'idle', minutes: 1 }, 'session ended after 1 minute without a key', 'warning'],
  [
    { kind: 'recorder-failed', detail: 'disk full' },
    'session ended on our side: the recorder failed (disk full)',
    'bad',
  ],
  [{ kind: 'drained' }, 'session ended: Postern was stopped', 'warning'],
] as const)('%j is told in words', (ending, words, tone) => {
  expect(endingWords(ending)).toBe(words);
  expect(endingNotice('a@b', ending)).toEqual({ tone, text: `a@b: ${words}` });
});
