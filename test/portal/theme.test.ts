import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { asciiOnly } from '#/portal/ink-streams.js';
import { makeTheme } from '#/portal/theme.js';

test.each(globSync('src/portal/**/*.{ts,tsx}').filter((file) => !file.endsWith('theme.ts')))(
  '%s names no colour',
  (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(
      /['"`](black|red|green|yellow|blue|magenta|cyan|white|gr[ae]y)(Bright)?['"`]|ansi256\(|#[0-9a-f]{6}['"`]/i,
    );
  },
);

test('without colour, nothing is coloured, and every sign is there', () => {
  const theme = makeTheme({ color: 'none', unicode: false });
  expect(theme.look('selected')).toEqual({});
  expect(theme.picture(1)).toBeUndefined();
  for (const sign of ['pointer', 'done', 'favourite', 'rule', 'more', 'play', 'marker'] as const)
    expect(theme.sign(sign)).toMatch(/^[\x20-\x7e]$/);
});

test.each([
  [1, '16', 'red'],
  [9, '16', 'redBright'],
  [196, '16', 'redBright'],
  [21, '16', 'blueBright'],
  [232, '16', 'blackBright'],
  [255, '16', 'whiteBright'],
  [196, '256', 'ansi256(196)'],
  ['#ff0000', '256', 'ansi256(196)'],
  ['#ff0000', '16', 'redBright'],
  [256, '256', undefined],
  [-1, '16', undefined],
  ['red', '256', undefined],
  [Number.NaN, '16', undefined],
  [undefined, '256', undefined],
] as const)('recorded colour %s with %s colours is %s', (wanted, color, expected) => {
  expect(makeTheme({ color, unicode: true }).picture(wanted)).toBe(expected);
});

test('a terminal without UTF-8 gets ASCII alone, as wide as it was', () => {
  expect(asciiOnly('\x1b[1m管x é … ·')).toBe('\x1b[1m??x ? ~ .');
});
