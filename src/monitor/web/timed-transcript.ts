import type { WebTranscript } from '#/contract/web-page.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { clampSize } from '#/domain/session.js';
import type { TapeEvent } from '#/domain/tape.js';
import type { TapeReader } from '../tape-reader.js';
import { createTranscript } from '../transcript.js';

/** Milliseconds of work for one answer: whoever seeks meanwhile waits no longer. */
const SLICE = 100;
/** Characters of a line, and lines of all answers: more a page cannot show. */
const LONGEST = 500;
const MOST_LINES = 50_000;

/** The transcript of a recording, a slice at a time; `running`: more of it may come. */
export function timedTranscript(
  reader: TapeReader,
  clock: () => number,
  running: () => boolean = () => false,
) {
  const transcript = createTranscript(reader.header);
  let { rows } = clampSize(reader.header.columns, reader.header.rows);
  let segment = 0;
  let count = 0;
  let at = 0;
  let ended = false;
  /** When the lines were ended that are still on the screen: a line is read when it leaves it, but was there before. */
  const written: number[] = [];
  const note = (events: readonly TapeEvent[]): void => {
    for (const event of events) {
      at = Math.max(at, event.at);
      if (event.kind === 'resize') rows = event.rows;
      if (event.kind !== 'output') continue;
      for (let from = event.bytes.indexOf(10); from !== -1; from = event.bytes.indexOf(10, from + 1))
        written.push(event.at);
    }
  };
  return {
    async next(): Promise<Outcome<WebTranscript>> {
      const lines: (readonly [number, string])[] = [];
      const take = (text: string): void => {
        for (const line of text.split('\n').slice(0, -1)) {
          const since = written.shift() ?? at;
          if (line.trim() === '' || count >= MOST_LINES) continue;
          lines.push([since / 1000, line.slice(0, LONGEST)]);
          count += 1;
        }
        // what programs with a full screen write ends no line that is read
        written.splice(0, Math.max(0, written.length - rows));
      };
      const until = clock() + SLICE;
      while (!ended && clock() < until) {
        const atEnd = segment >= reader.index.segments.length;
        if (atEnd && running()) break;
        if (atEnd || count >= MOST_LINES) {
          take(transcript.end());
          ended = true;
          break;
        }
        const events = await reader.events(segment);
        if (!events.ok) return events;
        note(events.value);
        take(await transcript.take(events.value));
        segment += 1;
      }
      return done({ lines, done: ended });
    },
    close(): void {
      if (!ended) transcript.end();
      ended = true;
    },
  };
}
