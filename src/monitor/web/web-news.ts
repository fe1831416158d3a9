import type { WebNews } from '#/contract/web-page.js';
import { done, type Outcome } from '#/domain/outcome.js';
import type { TapeReader } from '../tape-reader.js';
import { webParts } from './web-parts.js';
import { eventCollector, webSegment } from './web-segment.js';

/** More than this a browser has missed: it gets the screen anew. Segments. */
const MOST_MISSED = 200;

/** What came since the segment `from`; at first (0), and for who missed much, the screen of now. */
export async function webNews(reader: TapeReader, from: number, running: boolean): Promise<Outcome<WebNews>> {
  const next = reader.index.segments.length;
  const about = { next, running, duration: reader.durationMs / 1000 };
  if (from === 0 || from > next || next - from > MOST_MISSED) {
    const part = webParts(reader.index, reader.durationMs).at(-1);
    if (part === undefined) return done({ ...about, snapshot: null, events: [] });
    const screen = await webSegment(reader, part, undefined);
    return screen.ok ? done({ ...about, ...screen.value }) : screen;
  }
  const output = eventCollector(reader, { start: 0, end: reader.durationMs }, true);
  for (let segment = from; segment < next; segment += 1) {
    const events = await reader.events(segment);
    if (!events.ok) return events;
    for (const event of events.value) output.take(event);
  }
  return done({ ...about, snapshot: null, events: output.events().slice(1, -1) });
}
