import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startPty } from '#/session/pty.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { type Cell, coreOf, type ScreenBuffer } from '#/session/screen/core.js';
import { createModel, type Model, type ModelSnapshot } from '#/session/screen/model.js';
import { background, laterUnderline, sgr } from '#/session/screen/sgr.js';
import { begun, partialCharacter } from '#/session/screen/tail.js';

const charsets = learnCharsets();
const fresh = (columns: number, rows: number): Model => createModel({ columns, rows }, charsets);
const write = (model: Model, bytes: Uint8Array | string): Promise<void> =>
  new Promise((done) => model.write(Buffer.from(bytes as string), done));
const shot = (model: Model): Promise<ModelSnapshot> => new Promise((give) => model.snapshot(give));

/** Everything a person or a program could tell two terminals apart by. */
function state(terminal: Terminal, wraps = true): unknown {
  const core = coreOf(terminal);
  const { normal, alt, active } = core._bufferService.buffers;
  const cell = terminal.buffer.active.getNullCell() as unknown as Cell;
  const { coreService, coreMouseService, _charsetService } = core;
  const modes = { ...coreService.decPrivateModes, synchronizedOutput: null };
  return {
    which: active === alt ? 'alt' : 'normal',
    normal: buffer(normal, terminal, cell, { active: active === normal, wraps }),
    alt: active === alt ? buffer(alt, terminal, cell, { active: true, wraps }) : null,
    modes,
    insert: coreService.modes.insertMode,
    hidden: coreService.isCursorHidden,
    mouse: [coreMouseService.activeProtocol, coreMouseService.activeEncoding],
    look: sgr(core._inputHandler._curAttrData) + laterUnderline(core._inputHandler._curAttrData),
    charsets: [
      _charsetService.glevel,
      ...[0, 1, 2, 3].map((g) =>
        _charsetService._charsets[g] === undefined ? null : charsets.get(_charsetService._charsets[g]),
      ),
    ],
  };
}

function buffer(
  one: ScreenBuffer,
  terminal: Terminal,
  cell: Cell,
  { active, wraps }: { readonly active: boolean; readonly wraps: boolean },
): unknown {
  const rows = Array.from({ length: terminal.rows }, (_row, row) => {
    const line = one.lines.get(one.ybase + row);
    const cells = Array.from({ length: terminal.cols }, (_column, column) => {
      line?.loadCell(column, cell);
      const chars = cell.getChars();
      // an erased cell looks like a space on its background; only that is left of a cell that lost its other half
      if (chars === '' || (chars === ' ' && sgr(cell) === background(cell)))
        return `blank ${background(cell)}`;
      return `${chars}|${cell.getWidth()}|${sgr(cell)}`;
    });
    return [row > 0 && wraps && line?.isWrapped, ...cells];
  });
  return {
    rows,
    region: [one.scrollTop, one.scrollBottom],
    tabs: Object.keys(one.tabs).filter((column) => Number(column) < terminal.cols),
    saved: [
      Math.min(one.savedX, terminal.cols - 1),
      one.savedY - one.ybase,
      one.savedCurAttrData.fg,
      one.savedCurAttrData.bg & ~0x10000000,
    ],
    cursor: active ? [one.x, one.y] : null,
  };
}

async function check(
  columns: number,
  rows: number,
  before: readonly (string | Uint8Array)[],
  after: readonly string[],
): Promise<void> {
  const one = fresh(columns, rows);
  for (const bytes of before) await write(one, bytes);
  const taken = await shot(one);
  const other = fresh(columns, rows);
  await write(other, taken.screen);
  await write(other, taken.held);
  expect(state(other.terminal)).toEqual(state(one.terminal));
  for (const bytes of after) {
    await write(one, bytes);
    await write(other, bytes);
  }
  // that the first row continues one that has scrolled away is not restored; it matters when the width changes, and may have moved now
  expect(state(other.terminal, false)).toEqual(state(one.terminal, false));
}

const small = fc.integer({ min: 0, max: 14 });
const csi = (final: string, ...numbers: fc.Arbitrary<number>[]): fc.Arbitrary<string> =>
  fc.tuple(...numbers).map((values) => `\x1b[${values.join(';')}${final}`);
/** A repetition right after a snapshot repeats what only the old model has printed. */
const piece: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replace(/\p{Cc}/gu, '.')),
  },
  fc.constantFrom(
    '日本',
    '한',
    'é',
    'e\u0301',
    '🙂',
    'a\u0300\u0301b',
    '─',
    '\r\n',
    '\n',
    '\r',
    '\t',
    '\b',
    '\x1bM',
    '\x1bD',
    '\x1bE',
    '\x1bH',
    '\x1b[3g',
    '\x1b[g',
  ),
  ...['A', 'B', 'C', 'D', 'G', 'd', 'X', 'P', '@', 'L', 'M', 'S', 'T', 'b', 'I', 'Z'].map((final) =>
    csi(final, small),
  ),
  csi('H', small, small),
  csi('J', fc.integer({ min: 0, max: 2 })),
  csi('K', fc.integer({ min: 0, max: 2 })),
  csi('r', fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 8 })),
  csi('m', fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 8, 9, 22, 24, 27, 31, 42, 53, 93, 104)),
  fc.constantFrom(
    '\x1b[38;5;200m',
    '\x1b[48;5;3m',
    '\x1b[38;2;1;2;3m',
    '\x1b[48;2;9;8;7m',
    '\x1b[1"q',
    '\x1b[0"q',
    '\x1b[m',
  ),
  fc
    .constantFrom(1, 6, 7, 25, 45, 47, 1047, 1049, 9, 1000, 1002, 1003, 1004, 1006, 1016, 2004)
    .chain((mode) => fc.constantFrom(`\x1b[?${mode}h`, `\x1b[?${mode}l`)),
  fc.constantFrom(
    '\x1b[4h',
    '\x1b[4l',
    '\x1b=',
    '\x1b>',
    '\x1b7',
    '\x1b8',
    '\x1b[s',
    '\x1b[u',
    '\x1b[2 q',
    '\x1b[5 q',
    '\x1b[0 q',
    '\x1b[!p',
  ),
);

describe('the restored screen', () => {
  test('is the screen, whatever was written, and goes on like it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 5, max: 14 }),
        fc.integer({ min: 8, max: 10 }),
        fc.array(piece, { maxLength: 60 }),
        fc.array(
          piece.filter((text) => !text.endsWith('b') || !text.startsWith('\x1b[')),
          { maxLength: 15 },
        ),
        async (columns, rows, before, after) => {
          await check(columns, rows, [before.join('')], after);
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);

  test('kinds of underline are kept', async () => {
    const kinds = fc.constantFrom(
      '\x1b[4m',
      '\x1b[21m',
      '\x1b[4:3m',
      '\x1b[4:5m',
      '\x1b[4;58;5;9m',
      '\x1b[4;58:2::1:2:3m',
      '\x1b[24m',
      '\x1b[31m',
      '\x1b[0m',
      'text',
      '\x1b[2X',
      '\r\n',
      '\x1b[3;2H',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(kinds, { maxLength: 20 }),
        fc.array(kinds, { maxLength: 8 }),
        (before, after) => check(12, 8, [before.join('')], after),
      ),
      { numRuns: 100 },
    );
  });

  test('character sets are kept', async () => {
    const sets = fc.constantFrom(
      '\x1b(0',
      '\x1b(B',
      '\x1b)0',
      '\x1b*A',
      '\x1b+0',
      '\x0e',
      '\x0f',
      '\x1bn',
      'qqx',
      'lk#',
      '\r\n',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sets, { maxLength: 20 }), fc.array(sets, { maxLength: 8 }), (before, after) =>
        check(12, 8, [before.join('')], after),
      ),
      { numRuns: 100 },
    );
  });

  test('a sequence or a character that was only begun is completed by what follows', async () => {
    const whole = Buffer.from(
      'ab\x1b[1;31mred \x1b]2;title\x1b\\日本\x1b[?1049halt \x1bP1$r\x1b\\\x1b[38;2;1;2;3mx🙂\x1b(0qq\x1b(B\x1b[3;4Hend',
    );
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const one = fresh(20, 8);
      await write(one, whole);
      const half = fresh(20, 8);
      await write(half, whole.subarray(0, cut));
      const taken = await shot(half);
      const other = fresh(20, 8);
      await write(other, taken.screen);
      await write(other, Buffer.concat([taken.held, whole.subarray(cut)]));
      expect(state(other.terminal), `cut at ${cut}`).toEqual(state(one.terminal));
    }
  });

  test('modes that the model does not know come back too', async () => {
    const one = fresh(20, 8);
    await write(one, '\x1b[?1015h\x1b[?1005h\x1b[?1005l\x1b[>4;2m\x1b[>1u\x1b[>3u\x1b[<u');
    expect((await shot(one)).screen).toContain('\x1b[?1015h\x1b[?1005l\x1b[>4;2m\x1b[>1u');
    await write(one, '\x1bc');
    expect((await shot(one)).screen).not.toContain('1015');
  });

  test('after a resize in between', async () => {
    const one = fresh(20, 8);
    await write(one, `${'a long line that wraps '.repeat(6)}\x1b[2;5r\x1b[?6h\x1b[2;3Hhere`);
    one.resize({ columns: 13, rows: 10 });
    await write(one, ' and on');
    const other = fresh(13, 10);
    const taken = await shot(one);
    expect([taken.columns, taken.rows]).toEqual([13, 10]);
    await write(other, taken.screen);
    expect(state(other.terminal)).toEqual(state(one.terminal));
  });
});

test.each([
  ['', 0],
  ['abc', 0],
  ['é', 0],
  ['\xc3', 1],
  ['\xe6\x97', 2],
  ['\xe6', 1],
  ['\xf0\x9f\x99', 3],
  ['\xf0\x9f\x99\x82', 0],
  ['\x82\x82\x82', 0],
])('%j ends in %i bytes of a character that is not complete', (text, count) => {
  expect(partialCharacter(Buffer.from(text, text === 'é' ? 'utf8' : 'latin1'))).toBe(count);
});

test.each([
  ['text\x1b[31', 4],
  ['\x1b[1mtext\x1b]2;ti', 8],
  ['\x1b]2;a\x1b\\\x1b', 7],
  ['\x1b[1m\x1b(', 4],
  ['a\x1b[\x18\x1bP+q', 4],
])('the open sequence of %j begins at %i', (text, at) => {
  expect(begun(Buffer.from(text))).toBe(at);
});

describe.runIf(existsSync('/usr/bin/vim'))('vim', () => {
  test('comes back as it was, in its alternate screen, goes on, and leaves the shell as it was', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pts-vim-'));
    writeFileSync(
      join(folder, 'text'),
      Array.from({ length: 200 }, (_, i) => `line ${i + 1} with some \ttabs and wörds 日本`).join('\n'),
    );
    const [one, other] = [fresh(70, 20), fresh(70, 20)];
    let joined = false;
    const pty = startPty({
      file: '/bin/sh',
      args: [
        '-c',
        `cd ${folder}; echo beneath; vim -u NONE -c 'set number mouse=a hlsearch nocompatible' -c 'syntax on' text; echo after; read end`,
      ],
      env: ['TERM=xterm-256color', 'PATH=/usr/bin:/bin', `HOME=${folder}`, 'LANG=C.UTF-8'],
      size: { columns: 70, rows: 20 },
      onExit: () => undefined,
      onData(bytes) {
        one.write(bytes);
        if (joined) other.write(bytes);
      },
    });
    const text = (model: Model): string =>
      Array.from({ length: 20 }, (_, row) =>
        model.terminal.buffer.active.getLine(row)?.translateToString(true),
      ).join('\n');
    const sees = async (what: string): Promise<void> => {
      while (!text(one).includes(what)) await new Promise((again) => setTimeout(again, 5));
    };
    const keys = (typed: string): void => void pty.write(Buffer.from(typed));
    await sees('line 1 ');
    keys('/line 57\r');
    await sees('line 57 ');
    keys(':split\r:set ruler\r10jAmore\x1b');
    await sees('more');
    const taken = await shot(one);
    joined = true;
    await write(other, taken.screen);
    expect(taken.screen).toContain('\x1b[?1047h');
    expect(state(other.terminal)).toEqual(state(one.terminal));
    keys('ggOtop\x1b');
    await sees('top');
    keys(':qa!\r');
    await sees('after');
    await write(one, '');
    await write(other, '');
    expect(text(one)).toContain('beneath');
    expect(state(other.terminal, false)).toEqual(state(one.terminal, false));
    pty.destroy();
    rmSync(folder, { recursive: true });
  }, 20_000);
});
