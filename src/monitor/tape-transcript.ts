import { done, type Outcome } from '#/domain/outcome.js';
import type { TextLine } from '#/domain/tape-text.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { neutralLine } from './neutral-text.js';
import { readLines } from './read-lines.js';
import type { TapeReader } from './tape-reader.js';

/** What was to be read in a recording, in order of time, as far as it is read. */
export interface TapeTranscript {
  /** Harmless to show. */
  readonly lines: readonly TextLine[];
  /** Nothing more comes. */
  readonly whole: boolean;
  /** Resolves when all that is there is read, or can not be read any further. `more` is told now and then. */
  read(more: () => void): Promise<Outcome<null>>;
  /** Of a tape that is being written: reads what came since, once it was read at all. `over`: nothing more comes. */
  grow(over: boolean): Promise<Outcome<null>>;
  close(): void;
}

/** A viewer's share of memory; what is beyond them is found by searching. */
const MOST_LINES = 200_000;
/** Columns that are enough for any window. */
const LONGEST = 300;

/** From the tape's own text; of one that has none, or was cut, from playing it. `running`: it is being written. */
export function transcriptOf(reader: TapeReader, running = false): TapeTranscript {
  let lines: readonly TextLine[] = [];
  let whole = false;
  let closed = false;
  const { header, index } = reader;
  const own = header.text === true && (running || index.scan.ended);
  // recent text comes once more, in the next segment of text
  let settled: readonly TextLine[] = [];
  let recent: readonly TextLine[] = [];
  let next = 0;
  let told: (() => void) | null = null;
  let reading: Promise<Outcome<null>> = Promise.resolve(done(null));
  return {
    get lines() {
      return lines;
    },
    get whole() {
      return whole;
    },
    async read(more) {
      told = more;
      if (own) return await readOn(!running);
      for await (const part of readLines(reader)) {
        if (closed) return done(null);
        if (!part.ok) return part;
        lines = inOrder(lines, part.value.map(shownLine));
        more();
        if (lines.length >= MOST_LINES) break;
      }
      return finish();
    },
    grow: async (over) => (own && told !== null && !whole ? await readOn(over) : done(null)),
    close() {
      closed = true;
    },
  };

  /** One reading after the other. */
  function readOn(over: boolean): Promise<Outcome<null>> {
    reading = reading.then(async (before) => {
      if (!before.ok) return before;
      const read = await ownText();
      return read.ok && over ? finish() : read;
    });
    return reading;
  }
  function finish(): Outcome<null> {
    whole = true;
    told?.();
    return done(null);
  }
  async function ownText(): Promise<Outcome<null>> {
    const lastText = index.segments.findLastIndex(({ type }) => type === SEGMENT.text);
    for (; next < index.segments.length && lines.length < MOST_LINES; next += 1) {
      const type = index.segments[next]?.type;
      if (type !== SEGMENT.text && !(type === SEGMENT.recent && next > lastText)) continue;
      const part = await reader.text(next);
      if (closed) return done(null);
      if (!part.ok) return part;
      const more = part.value.map(shownLine);
      if (type === SEGMENT.recent) recent = [...recent, ...more];
      else [settled, recent] = [inOrder(settled, more), []];
      lines = inOrder(settled, recent);
      told?.();
    }
    return done(null);
  }
}

function shownLine({ at, kind, text }: TextLine): TextLine {
  return { at, kind, text: neutralLine(text.slice(0, LONGEST)) };
}

/** Most parts come in order; commands come before the lines of the screen that they were read from. */
function inOrder(before: readonly TextLine[], more: readonly TextLine[]): readonly TextLine[] {
  return [...before, ...more].toSorted((a, b) => a.at - b.at).slice(0, MOST_LINES);
}

/** The last line that was there at that moment; -1: none was. */
export function lineAt(lines: readonly TextLine[], at: number): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
