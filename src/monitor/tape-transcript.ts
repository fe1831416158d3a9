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
  /** Resolves when it is whole, or can not be read any further. `more` is told now and then. */
  read(more: () => void): Promise<Outcome<null>>;
  close(): void;
}

/** A viewer's share of memory; what is beyond them is found by searching. */
const MOST_LINES = 200_000;
/** Columns that are enough for any window. */
const LONGEST = 300;

/** From the tape's own text; of one that has none, or was cut, from playing it. */
export function transcriptOf(reader: TapeReader): TapeTranscript {
  let lines: readonly TextLine[] = [];
  let whole = false;
  let closed = false;
  const { header, index } = reader;
  return {
    get lines() {
      return lines;
    },
    get whole() {
      return whole;
    },
    async read(more) {
      const parts = header.text === true && index.scan.ended ? ownText() : readLines(reader);
      for await (const part of parts) {
        if (closed) return done(null);
        if (!part.ok) return part;
        lines = inOrder(lines, part.value.map(shownLine));
        more();
        if (lines.length >= MOST_LINES) break;
      }
      whole = true;
      more();
      return done(null);
    },
    close() {
      closed = true;
    },
  };

  async function* ownText(): AsyncGenerator<Outcome<readonly TextLine[]>> {
    for (const { type, number } of index.segments) if (type === SEGMENT.text) yield await reader.text(number);
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
