import type { Ending } from '#/domain/session.js';
import type { Keyframe, TapeEvent } from '#/domain/tape.js';
import { markerLabel } from '#/domain/tape.js';
import { compress } from './compression.js';
import { NOTHING_BEFORE, sealSegment } from './sealed-segment.js';
import type { SpoolFile } from './spool-file.js';
import { EventEncoder, type Lines } from './tape-events.js';
import { chainHead, isText, LIMITS, SEGMENT, type SegmentType } from './tape-format.js';
import { nextKey, recentKeyOf, textKeyOf } from './tape-key.js';

/** The payload of a keyframe segment. Playing goes on in segment `resume.segment`, after its first `resume.skip` bytes of output. */
export interface TapedKeyframe {
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
  readonly screen: string;
  readonly resume: { readonly segment: number; readonly skip: number };
}

/** The payload of the end segment. */
export interface TapedEnd {
  readonly ending: Ending;
  readonly outputBytes: number;
  /** All of them again, so that nobody has to read the whole tape for them. */
  readonly markers: readonly TapedMarker[];
}

interface TapedMarker {
  readonly at: number;
  readonly label: string;
}

/** More stay where they were set. */
const MOST_MARKERS = 10_000;

/** A keyframe that lags behind by more segments than this is of no use to anybody. */
const REMEMBERED = 512;

/**
 * Seals payloads into segments, one after another, each with its own key and chained to the one before. They are on the disk
 * when `flush` resolves: several together cost one wait for it.
 */
export class SegmentWriter {
  readonly #file: SpoolFile;
  readonly #recordingId: string;
  readonly #encoder = new EventEncoder();
  #key: Buffer;
  #textKey: Buffer;
  #recentKey: Buffer;
  #head: Buffer;
  #segments = 0;
  #sealed: Buffer[] = [];
  #unwritten = 0;
  readonly #markers: TapedMarker[] = [];
  /** Where the output of the latest segments of events begins. */
  #starts: { readonly segment: number; readonly outputBytes: number }[] = [];

  constructor(options: {
    readonly file: SpoolFile;
    readonly recordingId: string;
    readonly key: Buffer;
    readonly head: Buffer;
  }) {
    this.#file = options.file;
    this.#recordingId = options.recordingId;
    this.#key = options.key;
    this.#textKey = textKeyOf(options.key);
    this.#recentKey = recentKeyOf(this.#textKey);
    this.#head = options.head;
  }

  get segments(): number {
    return this.#segments;
  }

  /** Hex. */
  get head(): string {
    return this.#head.toString('hex');
  }

  /** Bytes that are sealed and not on the disk yet. */
  get unwritten(): number {
    return this.#unwritten;
  }

  async flush(): Promise<void> {
    const sealed = Buffer.concat(this.#sealed);
    this.#sealed = [];
    this.#unwritten = 0;
    if (sealed.length > 0) await this.#file.append(sealed);
  }

  async events(events: readonly TapeEvent[]): Promise<void> {
    for (const one of events) {
      const label = markerLabel(one);
      if (label !== null && this.#markers.length < MOST_MARKERS)
        this.#markers.push({ at: Math.round(one.at), label });
    }
    await this.#lines(() => this.#encoder.encode(events));
  }

  async keyframe(frame: Keyframe & { readonly outputBytes: number }): Promise<void> {
    const resume = this.#resume(frame.outputBytes);
    if (resume === null) return;
    const at = Math.max(0, Math.min(Math.round(frame.at), this.#encoder.at));
    const { columns, rows, screen } = frame;
    const payload = JSON.stringify({ at, columns, rows, screen, resume } satisfies TapedKeyframe);
    if (Buffer.byteLength(payload) <= LIMITS.payload) await this.#seal(SEGMENT.keyframe, at, at, payload);
  }

  /** 'recent': what comes once more in a segment of text, when there is enough of it. */
  async text(kind: 'text' | 'recent', lines: string): Promise<void> {
    const { at } = this.#encoder;
    await this.#seal(SEGMENT[kind], at, at, lines);
  }

  async end(ending: Ending): Promise<void> {
    await this.#lines(() => this.#encoder.end());
    const { at, outputBytes } = this.#encoder;
    await this.#seal(
      SEGMENT.end,
      at,
      at,
      JSON.stringify({ ending, outputBytes, markers: this.#markers } satisfies TapedEnd),
    );
  }

  wipe(): void {
    this.#key.fill(0);
    this.#textKey.fill(0);
    this.#recentKey.fill(0);
  }

  async #lines(encode: () => Lines): Promise<void> {
    const outputBytes = this.#encoder.outputBytes;
    const { text, first, last } = encode();
    if (text === '') return;
    this.#starts.push({ segment: this.#segments, outputBytes });
    if (this.#starts.length > REMEMBERED) this.#starts.shift();
    await this.#seal(SEGMENT.events, first, last, text);
  }

  #resume(outputBytes: number): TapedKeyframe['resume'] | null {
    const ahead = outputBytes - this.#encoder.outputBytes;
    // the segment after the keyframe
    if (ahead >= 0) return { segment: this.#segments + 1, skip: ahead };
    const start = this.#starts.findLast((one) => one.outputBytes <= outputBytes);
    return start === undefined ? null : { segment: start.segment, skip: outputBytes - start.outputBytes };
  }

  async #seal(type: SegmentType, first: number, last: number, payload: string): Promise<void> {
    const compressed = await compress(Buffer.from(payload, 'utf8'));
    const place = { recordingId: this.#recordingId, previous: isText(type) ? NOTHING_BEFORE : this.#head };
    const head = { type, number: this.#segments, first, last };
    const segment = sealSegment(this.#keyFor(type), head, place, compressed);
    this.#sealed.push(segment);
    this.#unwritten += segment.length;
    // each of its own: the keys of the other segments go by their numbers
    this.#key = replaced(this.#key);
    if (type === SEGMENT.text) this.#textKey = replaced(this.#textKey);
    if (type === SEGMENT.recent) this.#recentKey = replaced(this.#recentKey);
    this.#head = chainHead(this.#head, segment);
    this.#segments += 1;
  }

  #keyFor(type: SegmentType): Buffer {
    if (type === SEGMENT.text) return this.#textKey;
    return type === SEGMENT.recent ? this.#recentKey : this.#key;
  }
}

/** The next key; the one before is gone. */
function replaced(key: Buffer): Buffer {
  const next = nextKey(key);
  key.fill(0);
  return next;
}
