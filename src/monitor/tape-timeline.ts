import { oneLine } from '#/domain/failure.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { markerLabel } from '#/domain/tape.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import type { TapeReader } from './tape-reader.js';
import type { Gap, Timeline } from './timeline.js';

/** Events wait up to half a second for others, so shorter pauses do not show between segments. */
const SHORTEST_GAP = 600;
const MOST_MARKERS = 10_000;

type Markers = Timeline['markers'];

export async function timelineOf(reader: TapeReader): Promise<Outcome<Timeline>> {
  const markers = await markersOf(reader);
  return markers.ok
    ? done({ durationMs: reader.durationMs, gaps: gapsOf(reader), markers: markers.value })
    : markers;
}

function gapsOf(reader: TapeReader): readonly Gap[] {
  const gaps: Gap[] = [];
  let from = 0;
  for (const segment of reader.index.segments) {
    if (segment.type === SEGMENT.keyframe || segment.type === SEGMENT.text) continue;
    if (segment.first - from >= SHORTEST_GAP) gaps.push({ from, to: segment.first });
    from = Math.max(from, segment.last);
  }
  return gaps;
}

/** From the end segment; of a tape that was cut, from all its events. */
async function markersOf(reader: TapeReader): Promise<Outcome<Markers>> {
  if (reader.index.scan.ended) return await reader.markers();
  const markers: { readonly at: number; readonly label: string }[] = [];
  for (let number = 0; number < reader.index.segments.length && markers.length < MOST_MARKERS; number += 1) {
    const events = await reader.events(number);
    if (!events.ok) return events;
    for (const event of events.value) {
      const label = markerLabel(event);
      if (label !== null) markers.push({ at: event.at, label: oneLine(label) });
    }
  }
  return done(markers);
}
