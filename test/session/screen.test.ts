import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TerminalSize } from '#/domain/session.js';
import { startPty } from '#/session/pty.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel, type Model, type ModelSnapshot } from '#/session/screen/model.js';
import { difference } from '#/session/screen/same-screen.js';
import { begun } from '#/session/screen/tail.js';

const charsets = learnCharsets();
const RUNS = Number(process.env['SCREEN_RUNS'] ?? 300);
const fresh = (columns: number, rows: number): Model => createModel({ columns, rows }, charsets);
const write = (model: Model, bytes: Uint8Array | string): Promise<void> =>
  new Promise((done) => model.write(Buffer.from(bytes as string), done));
const shot = (model: Model): Promise<ModelSnapshot> => new Promise((give) => model.snapshot(give));

/** Draws the one on a fresh terminal, writes more to both, and says what is different then. False: it could not be drawn exactly. */
async function restored(
  columns: number,
  rows: number,
  before: readonly (string | Uint8Array | TerminalSize)[],
  after: readonly (string | TerminalSize)[],
): Promise<boolean> {
  const one = fresh(columns, rows);
  for (const step of before) await happens(one, step);
  const taken = await shot(one);
  const other = fresh(taken.columns, taken.rows);
  await write(other, taken.screen);
  if (taken.exact) {
    expect(difference(one.terminal, other.terminal)).toBeNull();
    await write(other, taken.held);
    for (const step of after) {
      await happens(one, step);
      await happens(other, step);
    }
    expect(difference(one.terminal, other.terminal)).toBeNull();
  }
  one.close();
  other.close();
  return taken.exact;
}

async function happens(model: Model, step: string | Uint8Array | TerminalSize): Promise<void> {
  if (typeof step === 'string' || step instanceof Uint8Array) return await write(model, step);
  model.resize(step);
  await write(model, '');
}

async function check(
  columns: number,
  rows: number,
  before: readonly (string | Uint8Array)[],
  after: readonly string[],
): Promise<void> {
  expect(await restored(columns, rows, before, after)).toBe(true);
}

const small = fc.integer({ min: 0, max: 14 });
const csi = (final: string, ...numbers: fc.Arbitrary<number>[]): fc.Arbitrary<string> =>
  fc.tuple(...numbers).map((values) => `\x1b[${values.join(';')}${final}`);
const piece: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.string({ minLength: 1, maxLength: 20 }).map((text) => text.replace(/\p{Cc}/gu, '.')),
  },
  fc.constantFrom(
    '日本',
    '한',
    '\u0301',
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
    '\x1b[20h',
    '\x1b[20l',
    '\x1bc',
    '\x1b#8',
    '\x1b(0',
    '\x1b(B',
    '\x1b)4',
    '\x0e',
    '\x0f',
    '\x1b]8;;https://here/\x1b\\',
    '\x1b]8;id=7;https://there/;x\x07',
    '\x1b]8;;\x1b\\',
    '\x1b[?J',
    '\x1b[?1K',
    '\x1b[2 @',
    '\x1b[1 A',
    "\x1b[2'}",
    "\x1b[1'~",
    '\x1b[4:3m',
    '\x1b[58;5;9m',
    '\x1b[59m',
  ),
);
/** Sequences and characters that end, break off, or never were. */
const broken = fc.constantFrom<Uint8Array>(
  Buffer.from('\x1b['),
  Buffer.from('\x1b[3\n1'),
  Buffer.from('\x1b]8;;http'),
  Buffer.from('\x1bP$q'),
  Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82]),
  Buffer.from([0xe2, 0x80]),
);
const size = fc.record({ columns: fc.integer({ min: 2, max: 20 }), rows: fc.integer({ min: 1, max: 12 }) });
const printed = fc.array(piece, { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(''));

describe('the restored screen', () => {
  test('is the screen, whatever was written, and goes on like it; almost always it can be drawn', async () => {
    let [drawn, cases] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.array(fc.oneof({ weight: 8, arbitrary: printed }, broken, size), { maxLength: 10 }),
        fc.array(fc.oneof({ weight: 8, arbitrary: printed }, size), { maxLength: 4 }),
        async ({ columns, rows }, before, after) => {
          cases += 1;
          if (await restored(columns, rows, before, after)) drawn += 1;
        },
      ),
      { numRuns: RUNS },
    );
    expect(drawn / cases).toBeGreaterThan(0.9);
  }, 60_000);

  test('is the same however the output was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.array(fc.oneof({ weight: 8, arbitrary: printed.map((one) => Buffer.from(one)) }, broken), {
          maxLength: 10,
        }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        async ({ columns, rows }, written, cuts) => {
          const [one, other] = [fresh(columns, rows), fresh(columns, rows)];
          const bytes = Buffer.concat(written);
          await write(one, bytes);
          for (let at = 0, i = 0; at < bytes.length; i += 1) {
            const next = at + (cuts[i % cuts.length] ?? 1);
            await write(other, bytes.subarray(at, next));
            at = next;
          }
          expect(difference(one.terminal, other.terminal)).toBeNull();
          one.close();
          other.close();
        },
      ),
      {
        numRuns: RUNS,
        // marks that belong to nothing, at the right edge
        examples: [[{ columns: 4, rows: 3 }, [Buffer.from('abcd\x1b[m\u0301\u0301')], [9, 30]]],
      },
    );
  }, 60_000);

  test.each([
    ['the look of what is left of a wide character', '日本\x1b[1;2H\x1b[7mx\x1b[1;3H\x1b[41my'],
    ['the second half of a wide character that was torn apart', '日本\x1b[1;2H\x1b[2@'],
    ['a mark that comes next, in insert mode', 'abcdef\x1b[1;3H\x1b[4hX'],
    ['a mark that comes next, at the edge and without wrapping', '\x1b[?7labcdefghijkl'],
    ['a repetition that comes next', 'ab\x1b['],
    ['a first row that continues another', `${'x'.repeat(14)}\r\n${'\n'.repeat(6)}`],
    ['flags of a saved cursor', '\x1b[4m\x1b7\x1b[0m\x1b8under'],
    ['a saved character set', '\x1b(0\x1b7\x1b(B\x1b8'],
    ['a saved cursor of the other screen', '\x1b[?1047h\x1b[3;3H\x1b[31m\x1b7\x1b[?1047l'],
    ['a link', '\x1b]8;id=1;https://here/a;b\x1b\\here\x1b]8;;\x1b\\'],
    ['line feeds that return', '\x1b[20hx'],
    ['a row that was erased under a cursor behind its end', 'abcdefghijkl\x1b[44m\x1b[2K'],
  ])('keeps %s', async (_what, before) => {
    await check(12, 6, [before], ['\u0301', '3b', '\r\n', '\x1b8y']);
  });

  test('a link still leads where it led', async () => {
    const one = fresh(20, 4);
    await write(one, '\x1b]8;id=1;https://here/a;b\x1b\\here\x1b]8;;\x1b\\');
    expect((await shot(one)).screen).toContain('\x1b]8;id=1;https://here/a;b\x1b\\');
  });

  test('what cannot be drawn is known to be so', async () => {
    const one = fresh(3, 2);
    await write(one, 'abc\x1b[1 @');
    expect((await shot(one)).exact).toBe(false);
  });

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
      expect(difference(other.terminal, one.terminal), `cut at ${cut}`).toBeNull();
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
    expect(difference(other.terminal, one.terminal)).toBeNull();
  });
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
    expect(difference(other.terminal, one.terminal)).toBeNull();
    keys('ggOtop\x1b');
    await sees('top');
    keys(':qa!\r');
    await sees('after');
    await write(one, '');
    await write(other, '');
    expect(text(one)).toContain('beneath');
    expect(difference(other.terminal, one.terminal)).toBeNull();
    pty.destroy();
    rmSync(folder, { recursive: true });
  }, 20_000);
});
