import { oneLine } from '#/domain/failure.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { markerLabel } from '#/domain/tape.js';
import type { TextLine } from '#/domain/tape-text.js';
import { isText, SEGMENT } from '#/recorder/tape-format.js';
import type { TapeReader } from './tape-reader.js';
import type { Gap, Timeline } from './timeline.js';

/** Events wait up to half a second for others, so shorter pauses do not show between segments. */
const SHORTEST_GAP = 600;
const MOST_MARKERS = 10_000;

type Marker = Timeline['markers'][number];

/** The timeline of a tape; of one that is being written it grows with it. */
export interface TapeTimeline extends Timeline {
  /** Takes in what the reader has grown by. */
  grow(): Promise<Outcome<null>>;
  /** Nothing more comes. */
  finish(): void;
}

/** `running`: the tape is being written. */
export async function timelineOf(reader: TapeReader, running = false): Promise<Outcome<TapeTimeline>> {
  const timeline = new GrowingTimeline(reader, running);
  const begun = await timeline.begin();
  return begun.ok ? done(timeline) : begun;
}

class GrowingTimeline implements TapeTimeline {
  readonly #reader: TapeReader;
  #running: boolean;
  readonly #gaps: Gap[] = [];
  readonly #markers: Marker[] = [];
  /** Up to here something happened, as far as gaps are known. */
  #until = 0;
  /** Segments before them were looked at for gaps, and for markers. */
  #gapsSeen = 0;
  #markersSeen = 0;

  constructor(reader: TapeReader, running: boolean) {
    this.#reader = reader;
    this.#running = running;
  }

  get durationMs(): number {
    return this.#reader.durationMs;
  }

  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  get markers(): readonly Marker[] {
    return this.#markers;
  }

  get running(): boolean {
    return this.#running;
  }

  finish(): void {
    this.#running = false;
  }

  /** Markers are in the end segment; else in the text, as far as that goes. */
  async begin(): Promise<Outcome<null>> {
    if (!this.#reader.index.scan.ended) {
      const read = await this.#fromText();
      return read.ok ? await this.grow() : read;
    }
    const markers = await this.#reader.markers();
    if (!markers.ok) return markers;
    this.#markers.push(...markers.value);
    this.#markersSeen = this.#reader.index.segments.length;
    return await this.grow();
  }

  async grow(): Promise<Outcome<null>> {
    const { segments } = this.#reader.index;
    for (; this.#gapsSeen < segments.length; this.#gapsSeen += 1) {
      const segment = segments[this.#gapsSeen];
      if (segment === undefined || segment.type === SEGMENT.keyframe || isText(segment.type)) continue;
      if (segment.first - this.#until >= SHORTEST_GAP)
        this.#gaps.push({ from: this.#until, to: segment.first });
      this.#until = Math.max(this.#until, segment.last);
    }
    for (; this.#markersSeen < segments.length; this.#markersSeen += 1) {
      const events = await this.#reader.events(this.#markersSeen);
      if (!events.ok) return events;
      for (const event of events.value) this.#mark(event.at, markerLabel(event));
    }
    return done(null);
  }

  /** A segment of text has what was marked before it; so has a recent one, as far as no segment of text does. */
  async #fromText(): Promise<Outcome<null>> {
    const { header, index } = this.#reader;
    if (header.text !== true) return done(null);
    const lastText = index.segments.findLastIndex(({ type }) => type === SEGMENT.text);
    for (const { type, number } of index.segments) {
      if (type !== SEGMENT.text && !(type === SEGMENT.recent && number > lastText)) continue;
      const lines = await this.#reader.text(number);
      if (!lines.ok) return lines;
      for (const line of lines.value) this.#mark(line.at, labelOf(line));
      this.#markersSeen = number;
    }
    this.#markers.sort((a, b) => a.at - b.at);
    return done(null);
  }

  #mark(at: number, label: string | null): void {
    if (label !== null && this.#markers.length < MOST_MARKERS)
      this.#markers.push({ at, label: oneLine(label) });
  }
}

/** As its event's marker says it. */
function labelOf({ kind, text }: TextLine): string | null {
  if (kind === 'screen') return null;
  return kind === 'command' ? `command ${text}` : text;
}
