import { expect, test } from 'vitest';
import { parseRecordingFilter } from '#/domain/recording-filter.js';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;

test.each([
  ['', {}, []],
  ['alice web1', { any: ['alice', 'web1'] }, []],
  [
    'user:alice target:web1 safe:"Linux Production"',
    { user: 'alice', target: 'web1', safe: 'Linux Production' },
    [],
  ],
  ['since:2d until:2026-11-24', { since: NOW - 48 * HOUR, until: Date.UTC(2026, 10, 24) }, []],
  [
    'since:2026-11-24T08:30 longer:10m shorter:2h',
    { since: Date.UTC(2026, 10, 24, 8, 30), longer: 600_000, shorter: 2 * HOUR },
    [],
  ],
  ['since:2026-11-24T08:30+02:00', { since: Date.UTC(2026, 10, 24, 6, 30) }, []],
  ['outcome:term has:trans has:commands', { outcome: 'terminated', has: ['transfers', 'commands'] }, []],
  // still being typed, or wrong
  ['user: since:', {}, []],
  [
    'since:soon colour:red outcome:nice has:wings since:2026-13-41',
    {},
    ['since:soon', 'colour:red', 'outcome:nice', 'has:wings', 'since:2026-13-41'],
  ],
  ["it's 50% a_b", { any: ['its 50% a_b'] }, []],
])('%s', (text, filter, unknown) => {
  expect(parseRecordingFilter(text, NOW)).toEqual({ filter, unknown });
});
