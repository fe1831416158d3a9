import { expect, test } from 'vitest';
import { keysFor } from '#/monitor/keys-for.js';
import { tickFor } from '#/monitor/watch.js';

test.each([
  [
    'as they are',
    false,
    true,
    '\x1b[A\x1b[1;5C\x1b[200~x\x1b[201~q\x03',
    '\x1b[A\x1b[1;5C\x1b[200~x\x1b[201~q\x03',
  ],
  [
    'cursor keys of a program that wants them so',
    true,
    true,
    '\x1b[A\x1b[D\x1b[H\x1b[F',
    '\x1bOA\x1bOD\x1bOH\x1bOF',
  ],
  ['with Ctrl they are not touched', true, true, '\x1b[1;5A\x1b[3~\x1b[5~', '\x1b[1;5A\x1b[3~\x1b[5~'],
  ['a paste into what knows no pastes', false, false, '\x1b[200~ls\r\x1b[201~', 'ls\r'],
  ['UTF-8', true, false, 'é漢\x1b[B', 'é漢\x1bOB'],
])('keys, %s', (_what, application, bracketedPaste, typed, said) => {
  expect(keysFor(Buffer.from(typed), { application, bracketedPaste }).toString()).toBe(said);
});

test('one who watches, or types, sees twenty pictures a second; of twenty each sees five', () => {
  expect(tickFor(null)).toBe(50);
  expect(tickFor({ mine: false, watching: 1 })).toBe(50);
  expect(tickFor({ mine: false, watching: 20 })).toBe(500);
  expect(tickFor({ mine: false, watching: 4 })).toBe(100);
  expect(tickFor({ mine: false, watching: 32 })).toBe(500);
  expect(tickFor({ mine: true, watching: 32 })).toBe(50);
});
