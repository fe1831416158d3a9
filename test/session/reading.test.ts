import { expect, test } from 'vitest';
import type { TextLine } from '#/domain/tape-text.js';
import { learnCharsets } from '#/session/screen/charsets.js';
import { createModel } from '#/session/screen/model.js';

const charsets = learnCharsets();

async function read(
  steps: readonly (readonly [at: number, text: string])[],
  size = { columns: 40, rows: 10 },
): Promise<readonly TextLine[]> {
  const lines: TextLine[] = [];
  const model = createModel(size, charsets, { text: (more) => lines.push(...more) });
  for (const [at, text] of steps) model.write(Buffer.from(text), undefined, at);
  await new Promise<void>((done) => model.flush(done));
  model.close();
  return lines;
}
const texts = (lines: readonly TextLine[]): readonly string[] => lines.map(({ text }) => text);

test('lines come once, with their times, colours and cuts or not', async () => {
  const lines = await read([
    [0, '\x1b[31mfirst\x1b[0m li'],
    [10, 'ne\r\nsec'],
    [20, 'ond\r\n\r\nprompt$ '],
    [5000, 'x'],
  ]);
  expect(lines).toEqual([
    { at: 10, kind: 'screen', text: 'first line' },
    { at: 20, kind: 'screen', text: 'second' },
    { at: 5000, kind: 'screen', text: 'prompt$ x' },
  ]);
});

test('a wrapped line is one, a bar that is drawn over and over is its last state', async () => {
  const long = 'word '.repeat(30).trim();
  expect(texts(await read([[0, `${long}\r\n`]]))).toEqual([long]);
  const bar = Array.from({ length: 100 }, (_, n) => `\r${n} %`).join('');
  expect(texts(await read([[0, `${bar}\r\ndone\r\n`]]))).toEqual(['99 %', 'done']);
});

test('of a full-screen program what stood long enough, and then only what is new', async () => {
  const lines = await read([
    [0, 'shell\r\n\x1b[?1049h\x1b[Hone\r\ntwo\r\nthree'],
    // nobody reads that fast
    [100, '\x1b[2J\x1b[Hflash'],
    [200, '\x1b[2J\x1b[Hone\r\ntwo\r\nfour'],
    [3000, '\x1b[3;1Hfive\x1b[K'],
    [9000, '\x1b[?1049l'],
  ]);
  expect(texts(lines)).toEqual(['shell', 'one', 'two', 'four', 'five']);
});

test('bulk output is kept as far as it may, and what is left out is counted', async () => {
  const line = (n: number): string => `${String(n).padStart(30, '.')}\r\n`;
  const chunk = (from: number): string => Array.from({ length: 1000 }, (_, n) => line(from + n)).join('');
  const steps = Array.from({ length: 300 }, (_, n) => [n, chunk(n * 1000)] as const);
  const lines = await read([...steps, [60_000, 'the end\r\n']]);
  const size = lines.reduce((sum, { text }) => sum + text.length, 0);
  expect(size).toBeGreaterThan(4_000_000);
  expect(size).toBeLessThan(4_400_000);
  const left = lines
    .filter(({ kind }) => kind === 'marker')
    .reduce((sum, { text }) => sum + Number(text.split(' ')[0]), 0);
  expect(lines.filter(({ kind }) => kind === 'marker').length).toBeLessThan(5);
  const kept = lines.filter(({ kind, text }) => kind === 'screen' && text.startsWith('.')).length;
  // what stood on the screen at last is there, too
  expect(left + kept - 300_000).toBeGreaterThanOrEqual(0);
  expect(left + kept - 300_000).toBeLessThanOrEqual(10);
  expect(texts(lines).at(-1)).toBe('the end');
});

test('while the session runs, what was read is told when it is looked up, and a picture that stands, each once', async () => {
  const lines: TextLine[] = [];
  const model = createModel({ columns: 40, rows: 10 }, charsets, { text: (more) => lines.push(...more) });
  const write = (at: number, text: string) =>
    new Promise<void>((taken) => model.write(Buffer.from(text), taken, at));
  await write(0, 'first\r\nprompt$ ');
  model.lookUp();
  expect(texts(lines)).toEqual(['first']);
  await write(3000, '\x1b[?1049h\x1b[2J\x1b[Ha picture');
  model.lookUp();
  expect(texts(lines), 'it was there for a moment only').toEqual(['first']);
  model.lookUp();
  model.lookUp();
  await write(9000, '\x1b[?1049l');
  await new Promise<void>((done) => model.flush(done));
  expect(texts(lines)).toEqual(['first', 'a picture', 'prompt$']);
  model.close();
});
