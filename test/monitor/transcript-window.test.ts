import { expect, test } from 'vitest';
import type { TextLine } from '#/domain/tape-text.js';
import { stepFrom } from '#/monitor/next-event.js';
import { lineAt, transcriptOf } from '#/monitor/tape-transcript.js';
import { transcriptFrame } from '#/monitor/transcript-window.js';
import { output, readerOf, recorded } from './recorded.ts';

const lines = (count: number): readonly TextLine[] =>
  Array.from({ length: count }, (_, n) => ({ at: n * 1000, kind: 'screen', text: `line ${n}` }));

test('the line of a moment is the last that was there', () => {
  const some = lines(5);
  expect([-1, 0, 999, 1000, 4500, 1e12].map((at) => lineAt(some, at))).toEqual([-1, 0, 0, 1, 4, 4]);
  expect(lineAt([], 5)).toBe(-1);
});

test('the window follows the picture, or stays where it was put, and never goes beyond', () => {
  const transcript = { lines: lines(100), whole: true };
  expect(transcriptFrame(transcript, { rows: 0, from: null }, 0)).toBeNull();
  expect(transcriptFrame(transcript, { rows: 10, from: null }, 50_000)).toMatchObject({
    first: 43,
    current: 50,
    total: 100,
  });
  expect(transcriptFrame(transcript, { rows: 10, from: null }, -5)).toMatchObject({ first: 0, current: -1 });
  expect(transcriptFrame(transcript, { rows: 10, from: null }, 1e9)).toMatchObject({
    first: 90,
    current: 99,
  });
  expect(transcriptFrame(transcript, { rows: 10, from: 7 }, 50_000)).toMatchObject({ first: 7, current: 50 });
  expect(transcriptFrame(transcript, { rows: 500, from: 7 }, 0)?.lines).toHaveLength(100);
});

test('a tape is read to its end in order of time, from its events where it has no text of its own', async () => {
  using tape = await recorded(
    [
      output(0, 'first\r\n'),
      'written',
      output(2000, 'sec'),
      output(2500, 'ond\x1b]52;c;evil\x07\u202e\r\n'),
      { at: 3000, kind: 'activity', activity: { kind: 'command', how: 'prompt', text: 'make it' } },
      'written',
      output(9000, 'last'),
    ],
    { close: false },
  );
  const reader = await readerOf(tape);
  const transcript = transcriptOf(reader);
  let told = 0;
  expect((await transcript.read(() => (told += 1))).ok).toBe(true);
  expect(told).toBeGreaterThan(1);
  expect(transcript.whole).toBe(true);
  expect(transcript.lines).toEqual([
    { at: 0, kind: 'screen', text: 'first' },
    { at: 2500, kind: 'screen', text: 'second' },
    { at: 3000, kind: 'command', text: 'make it' },
    { at: 9000, kind: 'screen', text: 'last' },
  ]);
  const step = async (at: number, direction: 'next' | 'previous') => {
    const found = await stepFrom(reader, at, direction);
    return found.ok ? found.value : found.failure.code;
  };
  expect([await step(0, 'next'), await step(2000, 'next'), await step(9000, 'next')]).toEqual([
    2000,
    2500,
    null,
  ]);
  expect([await step(9000, 'previous'), await step(2000, 'previous'), await step(0, 'previous')]).toEqual([
    2500,
    0,
    null,
  ]);
  await reader.close();
});
