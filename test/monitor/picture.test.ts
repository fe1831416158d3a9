import headless, { type Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CellRun } from '#/contract/replay-link.js';
import { neutralCell, neutralLine } from '#/monitor/neutral-text.js';
import { pictureOf } from '#/monitor/picture.js';
import { roomOf, scrolledBy, windowOn } from '#/monitor/viewport.js';

const whole = { left: 0, top: 0, columns: 20, rows: 4 };

async function screen(text: string | Uint8Array, columns = 20, rows = 4): Promise<Terminal> {
  const terminal = new headless.Terminal({
    cols: columns,
    rows,
    scrollback: 0,
    allowProposedApi: true,
    logLevel: 'off',
  });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return terminal;
}

const texts = (lines: readonly (readonly CellRun[])[]) =>
  lines.map((line) => line.map(({ text }) => text).join(''));

/** Anything that a terminal could take for more than a character to draw. */
const HARMFUL = /[\p{Cc}\p{Cf}\p{Cs}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

describe('a picture', () => {
  test('has the text, its looks and the cursor', async () => {
    const terminal = await screen(
      'plain \x1b[1;31mred\x1b[0m\r\n\x1b[38;2;1;2;255;4;7mrgb\x1b[0m \x1b[48;5;200mbg',
    );
    expect(pictureOf(terminal, whole)).toEqual({
      lines: [
        [{ text: 'plain ' }, { text: 'red', fg: 1, bold: true }],
        [
          { text: 'rgb', fg: '#0102ff', underline: true, inverse: true },
          { text: ' ' },
          { text: 'bg', bg: 200 },
        ],
        [],
        [],
      ],
      cursor: { column: 6, row: 1 },
    });
  });

  test('keeps wide characters whole, and blanks those that its edge cuts', async () => {
    const terminal = await screen('a漢字b');
    expect(texts(pictureOf(terminal, whole).lines)[0]).toBe('a漢字b');
    expect(texts(pictureOf(terminal, { ...whole, columns: 2 }).lines)[0]).toBe('a');
    expect(texts(pictureOf(terminal, { ...whole, left: 2, columns: 4 }).lines)[0]).toBe(' 字b');
  });

  test('hides what is concealed, and the cursor when it is hidden or outside', async () => {
    const terminal = await screen('a\x1b[8msecret\x1b[0mb\x1b[?25l');
    expect(pictureOf(terminal, whole)).toMatchObject({ cursor: null });
    expect(texts(pictureOf(terminal, whole).lines)[0]).toBe('a      b');
    expect(pictureOf(await screen('x'), { ...whole, top: 1, rows: 3 }).cursor).toBeNull();
  });

  test.each<[string, string | Uint8Array]>([
    ['title and clipboard', '\x1b]0;evil\x07\x1b]52;c;ZXZpbA==\x07\x1b]8;;http://evil\x07link\x1b]8;;\x07'],
    ['device strings', '\x1bP$q"p\x1b\\\x1b_Gi=1;AAAA\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\'],
    ['reports', '\x1b[6n\x1b[c\x1b[>c\x1b[?1$p\x1b[21t\x05\x1b]4;0;?\x07\x1b[?u'],
    ['modes', '\x1b[?1000h\x1b[?2004h\x1b[?1004h\x1b[?1049h\x1b[>1u'],
    ['C1 as UTF-8', 'a\u009b31mb\u009d0;t\u0007c\u0090d\u009ce'],
    ['C1 as bytes', Uint8Array.from([0x61, 0x9b, 0x33, 0x31, 0x6d, 0x62, 0x9d, 0x30, 0x07])],
    ['bidi', 'safe\u202Egnp.exe\u2066x\u2069\u200F'],
    ['zero width', 'a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf\u00ADg'],
    ['fillers and tags', '\u3164\u115F\u1160\uFFA0\u{E0041}\uFE0F\u{E0100}\u034F'],
    ['line separators', 'a\u2028b\u2029c\u0085d'],
    ['many marks', `a${'\u0301'.repeat(60)}`],
    ['no characters', 'a\uFFFE\uFFFF\u{1FFFE}\u0378'],
  ])('of %s is harmless', async (_, text) => {
    const { lines } = pictureOf(await screen(text), whole);
    for (const line of texts(lines)) {
      expect(line).not.toMatch(HARMFUL);
      expect(line).not.toMatch(/\p{M}{5}/u);
    }
  });

  test('of anything at all is harmless', async () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 300 }),
      fc
        .array(
          fc.constantFrom('\x1b', '[', ']', 'P', '?', ';', '1', 'h', 'm', '\x07', '\u202E', '漢', '\u0301'),
        )
        .map((parts) => parts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.nat(25),
        fc.nat(6),
        fc.integer({ min: 1, max: 30 }),
        async (text, left, top, columns) => {
          const { lines, cursor } = pictureOf(await screen(text), { left, top, columns, rows: 3 });
          for (const line of texts(lines)) expect(line).not.toMatch(HARMFUL);
          if (cursor !== null)
            expect(cursor.column >= 0 && cursor.column < columns && cursor.row >= 0 && cursor.row < 3).toBe(
              true,
            );
        },
      ),
      { numRuns: 300 },
    );
  });

  test('with more looks than fit into a frame comes without looks', async () => {
    const text = Array.from({ length: 500 * 100 }, (_, n) => `\x1b[38;5;${n % 255}mx`).join('');
    const { lines } = pictureOf(await screen(text, 500, 100), { left: 0, top: 0, columns: 500, rows: 100 });
    expect(lines[0]).toEqual([{ text: 'x'.repeat(500) }]);
  });
});

describe('neutral text', () => {
  test.each([
    ['a', 1, 'a'],
    ['é', 1, 'é'],
    ['e\u0301', 1, 'e\u0301'],
    ['漢', 2, '漢'],
    ['', 1, ' '],
    ['\u200B', 1, ' '],
    ['\u0301', 1, ' '],
    ['\x07', 2, '  '],
    ['👩\u200D👩', 2, '👩'],
    ['\uD800', 1, '\uFFFD'],
    ['\uE0B0', 1, '\uE0B0'],
  ])('%j in %i columns is %j', (chars, width, expected) => {
    expect(neutralCell(chars, width)).toBe(expected);
  });

  test('a line keeps what can be read', () => {
    expect(neutralLine('a\u202Eb\u200Bc 漢 e\u0301\x1b[31m')).toBe('abc 漢 e\u0301[31m');
  });
});

describe('the part of a screen that is shown', () => {
  const at = { column: 99, row: 49 };
  const wide = { columns: 120, rows: 50 };

  test.each([
    [
      'a smaller screen whole',
      { columns: 80, rows: 24 },
      { columns: 100, rows: 30 },
      { columns: 80, rows: 24, left: 0, top: 0 },
    ],
    [
      'the part with the cursor',
      wide,
      { columns: 80, rows: 24 },
      { columns: 80, rows: 24, left: 20, top: 26 },
    ],
  ])('is %s', (_, size, room, expected) => {
    expect(windowOn(size, at, { room, scrolled: null })).toEqual(expected);
  });

  test('stays within the screen however far one scrolls', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer(),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 100 }),
        (columns, rows, roomColumns, roomRows) => {
          const viewport = { room: { columns: roomColumns, rows: roomRows }, scrolled: null };
          const moved = scrolledBy(viewport, windowOn(wide, at, viewport), wide, { columns, rows });
          const window = windowOn(wide, at, moved);
          expect(
            window.left >= 0 &&
              window.top >= 0 &&
              window.left + window.columns <= 120 &&
              window.top + window.rows <= 50,
          ).toBe(true);
        },
      ),
    );
  });

  test('is never larger than what fits into a frame', () => {
    expect(roomOf({ columns: 100_000, rows: 100_000 })).toEqual({ columns: 500, rows: 200 });
    expect(roomOf({ columns: 0, rows: -1 })).toEqual({ columns: 80, rows: 24 });
  });
});
