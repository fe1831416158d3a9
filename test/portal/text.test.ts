import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clip, fit, fitEnd, shown, width, withoutLast, withoutLastWord, wrap } from '#/portal/text.js';
import { makeTheme } from '#/portal/theme.js';
import { fitLine, framed, lineWidth, span, spread } from '#/portal/view.js';

const any = fc.string({ unit: 'grapheme', maxLength: 60 }).map(shown);
const columns = fc.integer({ min: 0, max: 80 });

test('a fitted text has exactly its columns, whatever is in it', () => {
  fc.assert(
    fc.property(any, columns, (text, count) => {
      expect(width(fit(text, count))).toBe(count);
      expect(width(fitEnd(text, count))).toBe(count);
      expect(width(clip(text, count))).toBeLessThanOrEqual(count);
      expect(text.startsWith(clip(text, count))).toBe(true);
      expect(lineWidth(fitLine([span(text), span(text)], count))).toBe(count);
    }),
  );
});

test('wrapped lines are no wider than asked, unless one character is', () => {
  fc.assert(
    fc.property(any, fc.integer({ min: 2, max: 40 }), (text, count) => {
      for (const line of wrap(text, count))
        if (withoutLast(line) !== '') expect(width(line)).toBeLessThanOrEqual(count);
      expect(wrap(text, count).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

test.each([
  ['管理者', 4, '管… '],
  ['abc', 5, 'abc  '],
  ['abcdef', 4, 'abc…'],
  ['abc', 0, ''],
  ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
])('%s in %i columns', (text, count, expected) => {
  expect(fit(text, count)).toBe(expected);
});

test('the end stays in sight while something is typed', () => {
  expect(fitEnd('abcdefgh', 5)).toBe('…efgh');
  expect(fitEnd('日本語日本語', 6)).toBe('…本語 ');
});

test('what comes from outside is shown on one line and does nothing', () => {
  expect(shown('a\x1b[31mb\u202ec\nd\u200b')).toBe('a·[31mb·c·d·');
});

test('taking back goes by characters as people see them', () => {
  expect(withoutLast('ne\u0301')).toBe('n');
  expect(withoutLast('a\u{1f468}\u200d\u{1f469}\u200d\u{1f467}')).toBe('a');
  expect(withoutLast('')).toBe('');
  expect(withoutLastWord('web prod  ')).toBe('web ');
});

test('a frame is as wide as its widest line, and every row of it is', () => {
  const { sign } = makeTheme({ color: 'none', unicode: true });
  fc.assert(
    fc.property(
      any,
      fc.array(any, { maxLength: 4 }),
      fc.integer({ min: 20, max: 100 }),
      (title, lines, count) => {
        const widths = framed(
          title,
          lines.map((line) => [span(line)]),
          count,
          sign,
        ).map(lineWidth);
        expect(new Set(widths).size).toBe(1);
        expect(widths[0]).toBeLessThanOrEqual(count);
      },
    ),
  );
});

test('left gives way to right', () => {
  expect(
    spread([span('a long left side')], [span('right')], 12)
      .map((one) => one.text)
      .join(''),
  ).toBe('a long…right');
});
