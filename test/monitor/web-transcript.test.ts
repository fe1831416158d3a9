import { expect, test } from 'vitest';
import type { WebTranscript } from '#/contract/web-page.js';
import type { TextLine } from '#/domain/tape-text.js';
import { type TapeTranscript, transcriptOf } from '#/monitor/tape-transcript.js';
import { webTranscript } from '#/monitor/web/web-transcript.js';
import { output, readerOf, recorded } from './recorded.js';

const broken = (why: object): never => {
  throw new Error(JSON.stringify(why));
};

/** What a page has after each answer. */
async function* shownBy(next: () => Promise<WebTranscript>) {
  const lines: (readonly [number, string])[] = [];
  for (;;) {
    const part = await next();
    lines.splice(part.from, Infinity, ...part.lines);
    yield { lines, part };
  }
}

test('each line stands at its moment, what a full-screen program drew among them', async () => {
  using tape = await recorded(
    [
      output(0, 'before\r\n$ htop\r\n'),
      output(20_000, '\x1b[?1049h\x1b[2J\x1b[Hload average'),
      output(40_000, '\x1b[?1049l$ '),
      { at: 41_000, kind: 'marker', label: 'a mark' },
      output(50_000, 'after\r\n'),
    ],
    { text: true },
  );
  const reader = await readerOf(tape);
  for await (const { lines, part } of shownBy(webTranscript(transcriptOf(reader), broken))) {
    if (!part.done) continue;
    expect(lines).toEqual([
      [0, 'before'],
      [0, '$ htop'],
      [20, 'load average'],
      [41, '[marker: a mark]'],
      [50, '$ after'],
    ]);
    break;
  }
  await reader.close();
});

test('what comes late, or comes once more, takes its place; many lines come in slices', async () => {
  const line = (at: number): TextLine => ({ at, kind: 'screen', text: `line ${at}` });
  let told: readonly TextLine[] = Array.from({ length: 5003 }, (_, at) => line(at));
  let whole = false;
  const transcript: Pick<TapeTranscript, 'lines' | 'whole' | 'read'> = {
    get lines() {
      return told;
    },
    get whole() {
      return whole;
    },
    read: () => Promise.resolve({ ok: true, value: null }),
  };
  const pages = shownBy(webTranscript(transcript, broken));
  const next = async () => (await pages.next()).value ?? broken({});
  expect((await next()).lines).toHaveLength(5000);
  expect((await next()).lines).toHaveLength(5003);
  expect((await next()).part).toEqual({ from: 5003, lines: [], done: false });
  told = [...told.slice(0, 5001), line(5000.5), ...told.slice(5001)];
  whole = true;
  const { lines, part } = await next();
  expect(part).toMatchObject({ from: 5001, done: true });
  expect(lines.map(([, text]) => text)).toEqual(told.map(({ text }) => text));
});
