import type { WebSegment } from '#/contract/web-page.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { clampSize } from '#/domain/session.js';
import { NO_TERMINAL, type TapeEvent } from '#/domain/tape.js';
import { eventsAfter, eventsBefore, type ReadKeyframe } from '../read-keyframe.js';
import type { TapeReader } from '../tape-reader.js';
import type { WebPart } from './web-parts.js';

/** Bytes of output in one part; what a hostile target sends beyond that at once nobody reads anyway. */
const MOST = 8 * 1024 * 1024;
const LEFT_OUT = '\r\n[more output than a browser is given at once: replay it in the terminal]\r\n';

type Event = WebSegment['events'][number];

/** One part of a recording, as the player takes it. `next`: the part after it. */
export async function webSegment(
  reader: TapeReader,
  part: WebPart,
  next: WebPart | undefined,
): Promise<Outcome<WebSegment>> {
  // what comes meanwhile is of the next answer
  const count = reader.index.segments.length;
  const from = part.keyframe === null ? done(beginning(reader)) : await reader.keyframe(part.keyframe);
  if (!from.ok) return from;
  const to = next === undefined || next.keyframe === null ? null : await reader.keyframe(next.keyframe);
  if (to !== null && !to.ok) return to;
  const output = eventCollector(reader, part, next === undefined);
  const last = to?.value.segment ?? count - 1;
  for (let segment = from.value.segment; segment <= last && !output.full; segment += 1) {
    if (segment >= count) break;
    const events = await reader.events(segment);
    if (!events.ok) return events;
    let mine = events.value;
    if (to !== null && segment === to.value.segment) mine = eventsBefore(mine, to.value.skip);
    if (segment === from.value.segment) mine = eventsAfter(mine, from.value);
    for (const event of mine) output.take(event);
  }
  const { columns, rows, screen } = from.value;
  return done({ snapshot: { cols: columns, rows, init: screen }, events: output.events() });
}

function beginning({ header }: TapeReader): ReadKeyframe {
  const size = clampSize(header.columns, header.rows);
  return { ...size, at: 0, screen: '', segment: 0, skip: 0 };
}

/** Events within the part: the first is at its start, and of the last part the last is at its end. */
export function eventCollector(
  reader: TapeReader,
  { start, end }: Pick<WebPart, 'start' | 'end'>,
  last: boolean,
) {
  const events: Event[] = [[start / 1000, 'o', '']];
  const plain = reader.header.term === NO_TERMINAL;
  const latest = last ? end : end - 1;
  let bytes = 0;
  let at = start;
  return {
    get full() {
      return bytes > MOST;
    },
    take(event: TapeEvent): void {
      if (event.kind !== 'output' && event.kind !== 'resize') return;
      at = Math.max(at, Math.min(event.at, latest));
      if (event.kind === 'resize') events.push([at / 1000, 'r', `${event.columns}x${event.rows}`]);
      else if (bytes <= MOST) {
        bytes += event.bytes.length;
        const text = bytes > MOST ? LEFT_OUT : event.bytes.toString('utf8');
        events.push([at / 1000, 'o', plain ? text.replaceAll('\n', '\r\n') : text]);
      }
    },
    events(): readonly Event[] {
      if (last) events.push([end / 1000, 'o', '']);
      return events;
    },
  };
}
