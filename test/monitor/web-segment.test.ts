import headless, { type Terminal } from '@xterm/headless';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSegment } from '#/contract/web-page.js';
import type { TapeReader } from '#/monitor/tape-reader.js';
import { openScreen } from '#/monitor/tape-screen.js';
import { webParts } from '#/monitor/web/web-parts.js';
import { webSegment } from '#/monitor/web/web-segment.js';
import { type Happening, output, type Recorded, readerOf, recorded } from './recorded.js';

let tape: Recorded;
let reader: TapeReader;

beforeAll(async () => {
  const happenings = Array.from({ length: 12 }, (_, at): Happening[] => [
    output(at * 1500, `\x1b[3${at % 8}mline ${at} wide 漢 ${'x'.repeat(at)}\r\n`),
    output(at * 1500 + 700, Buffer.from('é').subarray(0, 1)),
    'keyframe',
    output(at * 1500 + 700, Buffer.from('é').subarray(1)),
    ...(at % 4 === 3 ? [{ at: at * 1500 + 900, kind: 'resize', columns: 60 + at, rows: 20 } as const] : []),
    'written',
    'keyframe',
  ]).flat();
  tape = await recorded(happenings);
  reader = await readerOf(tape);
});
afterAll(async () => {
  await reader.close();
  tape[Symbol.dispose]();
});

const partsOf = () => webParts(reader.index, reader.durationMs);

async function segment(number: number): Promise<WebSegment> {
  const parts = partsOf();
  const part = parts[number];
  if (part === undefined) throw new Error(`no part ${number}`);
  const found = await webSegment(reader, part, parts[number + 1]);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value;
}

/** Plays events as the player does, until a moment (seconds). */
async function play(terminal: Terminal, { events }: WebSegment, until = Infinity): Promise<void> {
  for (const [at, code, data] of events) {
    if (at > until) return;
    const [columns = 0, rows = 0] = data.split('x').map(Number);
    if (code === 'r') terminal.resize(columns, rows);
    else await new Promise<void>((resolve) => terminal.write(data, resolve));
  }
}

async function fresh({ snapshot }: WebSegment): Promise<Terminal> {
  const terminal = new headless.Terminal({
    cols: snapshot.cols,
    rows: snapshot.rows,
    allowProposedApi: true,
  });
  await new Promise<void>((resolve) => terminal.write(snapshot.init, resolve));
  return terminal;
}

const textOf = (terminal: Terminal): string[] =>
  Array.from(
    { length: terminal.rows },
    (_, row) =>
      terminal.buffer.active.getLine(terminal.buffer.active.baseY + row)?.translateToString(true) ?? '',
  );

test('every part plays from its start to the exact screen, alone and after the one before', async () => {
  const parts = partsOf();
  expect(parts.length).toBeGreaterThan(4);
  const screen = openScreen(reader);
  let running: Terminal | null = null;
  for (const [number, part] of parts.entries()) {
    const found = await segment(number);
    const alone = await fresh(found);
    running ??= await fresh(found);
    for (const terminal of [alone, running]) await play(terminal, found);
    const next = parts[number + 1] === undefined ? null : await fresh(await segment(number + 1));
    if (next === null) await screen.show(part.end);
    const truth = textOf(next ?? screen.terminal);
    expect(textOf(alone), `part ${number}`).toEqual(truth);
    expect(textOf(running), `up to part ${number}`).toEqual(truth);
  }
  screen.close();
});

test('parts keep the rules of the player', async () => {
  const parts = partsOf();
  for (const [number, { start, end }] of parts.entries()) {
    const { events } = await segment(number);
    const times = events.map(([at]) => at * 1000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeCloseTo(start, 6);
    if (number === parts.length - 1) expect(times.at(-1)).toBeCloseTo(end, 6);
    else expect(times.at(-1)).toBeLessThan(end);
  }
});

test('a moment in the middle is exact, too', async () => {
  const screen = openScreen(reader);
  const parts = partsOf();
  const number = 3;
  const found = await segment(number);
  const until = (parts[number]?.start ?? 0) + 900;
  const terminal = await fresh(found);
  await play(terminal, found, until / 1000);
  await screen.show(until);
  expect(textOf(terminal)).toEqual(textOf(screen.terminal));
  screen.close();
});

test('a hostile tape is cut to what a browser can take', async () => {
  using bomb = await recorded([
    output(0, 'start'),
    ...Array.from({ length: 40 }, () => output(5, 'b'.repeat(250_000))),
  ]);
  const bombReader = await readerOf(bomb);
  const [part] = webParts(bombReader.index, bombReader.durationMs);
  if (part === undefined) throw new Error('no part');
  const found = await webSegment(bombReader, part, undefined);
  await bombReader.close();
  if (!found.ok) throw new Error(found.failure.message);
  expect(JSON.stringify(found.value).length).toBeLessThan(9 * 1024 * 1024);
  expect(found.value.events.some(([, , data]) => data.includes('replay it in the terminal'))).toBe(true);
});
