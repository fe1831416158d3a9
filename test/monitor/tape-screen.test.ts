import { chmodSync, writeFileSync } from 'node:fs';
import type { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeKeyframe, eventsAfter } from '#/monitor/read-keyframe.js';
import type { TapeReader } from '#/monitor/tape-reader.js';
import { openScreen } from '#/monitor/tape-screen.js';
import { type Happening, output, readerOf, recorded, segmentsOf } from './recorded.js';

/** What programs write: text, colours, cursor movements, regions, the alternate screen, wide and broken characters. */
const written = fc.constantFrom(
  'hello ',
  'a long line that wraps at the right edge of the screen and goes on and on, and on, and on. ',
  '\r\n',
  '\n\n\n',
  '\t',
  '\b\b',
  '漢字かな',
  'e\u0301',
  '👩‍👩‍👧 ',
  '\x1b[31mred',
  '\x1b[38;2;1;2;3mrgb',
  '\x1b[0m',
  '\x1b[44m',
  '\x1b[H',
  '\x1b[2J',
  '\x1b[10;20H',
  '\x1b[5;10r',
  '\x1b[r',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[L',
  '\x1b[3P',
  '\x1b[?25l',
  '\x1b[?25h',
  '\x1b7',
  '\x1b8',
  '\x1b(0qqqx\x1b(B',
  '\x1b[?7l',
  '\x1b[?7h',
  '\x1bM',
  '\x1b[3g',
  '\x1bH',
  '\x1b]0;title\x07',
  '\x1b[6n',
  '\x1b[?6h',
  '\x1b[?6l',
);

/** One write, cut into reads anywhere, at one time, with a keyframe or a resize now and then. */
const step = fc.record({
  texts: fc.array(written, { minLength: 1, maxLength: 8 }),
  pause: fc.integer({ min: 0, max: 400 }),
  cut: fc.nat(200),
  after: fc.constantFrom<'nothing' | 'keyframe' | 'written' | 'both' | 'resize' | 'garbage'>(
    'nothing',
    'keyframe',
    'written',
    'both',
    'resize',
    'garbage',
  ),
  columns: fc.integer({ min: 2, max: 100 }),
  rows: fc.integer({ min: 2, max: 40 }),
});

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function happeningsOf(steps: readonly Step[]): Happening[] {
  let at = 0;
  return steps.flatMap(({ texts, pause, cut, after, columns, rows }): Happening[] => {
    at += pause;
    const bytes = Buffer.from(texts.join(''));
    const here = Math.min(cut, bytes.length);
    const first = output(at, bytes.subarray(0, here));
    const second = output(at, bytes.subarray(here));
    const between: Happening[] = after === 'keyframe' || after === 'both' ? ['keyframe'] : [];
    if (after === 'resize') between.push({ at, kind: 'resize', columns, rows }, 'keyframe');
    if (after === 'garbage') between.push(output(at, Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82])));
    if (after === 'written' || after === 'both') between.push('written');
    return [first, ...between, second];
  });
}

function closing(reader: TapeReader): TapeReader & AsyncDisposable {
  return { ...reader, [Symbol.asyncDispose]: () => reader.close() };
}

/** All that a viewer could see, and where the next character would go. */
function seen(terminal: Terminal): unknown {
  const buffer = terminal.buffer.active;
  const lines = Array.from({ length: terminal.rows }, (_, row) =>
    Array.from({ length: terminal.cols }, (__, column) => {
      const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
      if (cell === undefined) return '';
      const ground = [cell.getBgColor(), cell.getBgColorMode(), cell.isInverse(), cell.isUnderline()].join();
      // the colour of nothing is not seen
      if (cell.getChars().trim() === '' && cell.isInverse() === 0 && cell.isUnderline() === 0) return ground;
      return [
        cell.getChars(),
        cell.getWidth(),
        cell.getFgColor(),
        cell.getFgColorMode(),
        cell.isBold(),
        ground,
      ].join();
    }).join('|'),
  );
  return {
    columns: terminal.cols,
    rows: terminal.rows,
    type: buffer.type,
    x: buffer.cursorX,
    y: buffer.cursorY,
    lines,
  };
}

describe('a seek', () => {
  test('shows exactly the screen that playing from the beginning shows, then and later', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.array(fc.nat(5000), { minLength: 1, maxLength: 6 }),
        async (steps, times) => {
          using tape = await recorded(happeningsOf(steps));
          await using reader = closing(await readerOf(tape));
          const sought = openScreen(reader);
          for (const time of times) {
            const at = time % (reader.durationMs + 2);
            const played = openScreen({
              ...reader,
              index: {
                ...reader.index,
                segments: reader.index.segments.map((one) =>
                  one.type === 2 ? { ...one, first: Infinity } : one,
                ),
              },
            });
            expect(await played.show(at)).toEqual({ ok: true, value: null });
            expect(await sought.show(at)).toEqual({ ok: true, value: null });
            expect(seen(sought.terminal)).toEqual(seen(played.terminal));
            played.close();
          }
          sought.close();
        },
      ),
      { numRuns: Number(process.env['SCREEN_RUNS'] ?? 40) },
    );
  });

  test('far into a long tape reads a keyframe and what follows it, not the whole tape', async () => {
    const happenings = Array.from({ length: 60 }, (_, at): Happening[] => [
      output(at * 1000, `line ${at}\r\n`),
      'keyframe',
      'written',
    ]).flat();
    using tape = await recorded(happenings);
    const reader = await readerOf(tape);
    const read: number[] = [];
    const screen = openScreen({
      ...reader,
      events: (segment) => (read.push(segment), reader.events(segment)),
    });
    await screen.show(55_500);
    expect(screen.terminal.buffer.active.getLine(22)?.translateToString(true)).toBe('line 55');
    expect(read.length).toBeLessThan(8);
    await reader.close();
  });

  test('in a damaged tape fails and says where', async () => {
    using tape = await recorded([output(0, 'x'), 'written', output(10, 'y'), 'written']);
    const bent = Buffer.from(tape.bytes);
    const inside = tape.headerBytes + (segmentsOf(tape)[0]?.length ?? 0) + 30;
    bent.writeUInt8(bent.readUInt8(inside) ^ 1, inside);
    chmodSync(tape.path, 0o600);
    writeFileSync(tape.path, bent);
    const reader = await readerOf(tape);
    const screen = openScreen(reader);
    expect(await screen.show(10)).toMatchObject({
      ok: false,
      failure: { code: 'RECORDING_DAMAGED', message: expect.stringContaining('segment 1') as string },
    });
    await reader.close();
  });
});

describe('keyframes', () => {
  test.each([
    '',
    'null',
    '[]',
    '{}',
    '{"at":1,"columns":80,"rows":24,"screen":"","resume":null}',
    '{"at":-1,"columns":80,"rows":24,"screen":"","resume":{"segment":0,"skip":0}}',
  ])('%j is none', (json) => {
    expect(decodeKeyframe(json)).toBeNull();
  });

  test('a hostile size is brought within bounds', () => {
    expect(
      decodeKeyframe('{"at":1,"columns":1000000,"rows":0,"screen":"","resume":{"segment":0,"skip":0}}'),
    ).toMatchObject({ columns: 1000, rows: 24 });
  });

  test('playing goes on at a whole character', () => {
    const frame = { at: 0, columns: 80, rows: 24 };
    expect(eventsAfter([output(0, 'ab€c')], { ...frame, skip: 3 })).toEqual([output(0, '€c')]);
    expect(eventsAfter([output(0, 'ab'), output(1, 'cd')], { ...frame, skip: 2 })).toEqual([output(1, 'cd')]);
    expect(eventsAfter([output(0, 'ab')], { ...frame, skip: 9 })).toEqual([]);
  });
});
