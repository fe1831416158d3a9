import type { FileHandle } from 'node:fs/promises';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { TapeEvent, TapeHeader } from '#/domain/tape.js';
import { decodeTextLine, type TextLine } from '#/domain/tape-text.js';
import { decompress } from '#/recorder/compression.js';
import { NOTHING_BEFORE, openSegment } from '#/recorder/sealed-segment.js';
import { decodeEvents } from '#/recorder/tape-events.js';
import { isText, SEGMENT, type SegmentHead } from '#/recorder/tape-format.js';
import { recentKeyOf, textKeyOf } from '#/recorder/tape-key.js';
import { decodeEndMarkers } from './read-end.js';
import { decodeKeyframe, type ReadKeyframe } from './read-keyframe.js';
import type { IndexedSegment, TapeIndex } from './tape-index.js';
import { deriveKeys, type TapeKeys } from './tape-keys.js';

/** A tape that can be read anywhere. What does not open is RECORDING_DAMAGED and names its segment. */
export interface TapeReader {
  readonly header: TapeHeader;
  readonly index: TapeIndex;
  readonly durationMs: number;
  /** Takes in what was written since, of a tape that is being written. False: nothing was. */
  readonly grow: () => Promise<boolean>;
  /** Of one segment; none for segments of another type. */
  readonly events: (segment: number) => Promise<Outcome<readonly TapeEvent[]>>;
  readonly keyframe: (segment: number) => Promise<Outcome<ReadKeyframe>>;
  /** Those that the end segment, which must be there, holds again. */
  readonly markers: () => Promise<Outcome<readonly { readonly at: number; readonly label: string }[]>>;
  /** The lines that can be searched, of one segment of text, or of recent text. */
  readonly text: (segment: number) => Promise<Outcome<readonly TextLine[]>>;
  /** Null: the segment is what was sealed. Else what is wrong. */
  readonly check: (segment: number) => Promise<string | null>;
  readonly wipe: () => void;
  /** Wipes the keys and closes the file. */
  readonly close: () => Promise<void>;
}

/** Takes the file and the key over. */
export async function readTape(
  handle: FileHandle,
  index: TapeIndex,
  contentKey: Buffer,
): Promise<TapeReader> {
  const textKey = textKeyOf(contentKey);
  const recents = await deriveKeys(recentKeyOf(textKey), 1);
  const keys: Keys = { all: await deriveKeys(contentKey, 1), texts: await deriveKeys(textKey, 1), recents };
  const places = createPlaces();
  const reach = async (fresh: readonly SegmentHead[]): Promise<void> => {
    places.take(fresh);
    await keys.all.reach(places.all);
    await keys.texts.reach(places.texts);
    await keys.recents.reach(places.recents);
  };
  await reach(index.segments);
  return reader(handle, index, {
    of: ({ type, number }) => {
      const place = places.of(number);
      if (type === SEGMENT.text) return keys.texts.of(place);
      return type === SEGMENT.recent ? keys.recents.of(place) : keys.all.of(number);
    },
    reach,
    wipe() {
      for (const one of Object.values(keys)) one.wipe();
    },
  });
}

type Keys = Readonly<Record<'all' | 'texts' | 'recents', TapeKeys>>;

/** Which of its kind each segment of text is: they have keys of their own. */
function createPlaces() {
  const known = new Map<number, number>();
  let [all, texts, recents] = [0, 0, 0];
  return {
    get all() {
      return all;
    },
    get texts() {
      return texts;
    },
    get recents() {
      return recents;
    },
    of: (segment: number) => known.get(segment) ?? 0,
    take(fresh: readonly SegmentHead[]): void {
      for (const { type } of fresh) {
        if (type === SEGMENT.text) known.set(all, texts++);
        if (type === SEGMENT.recent) known.set(all, recents++);
        all += 1;
      }
    },
  };
}

interface SegmentKeys {
  readonly of: (segment: IndexedSegment) => Buffer;
  /** These follow what there is. */
  readonly reach: (fresh: readonly SegmentHead[]) => Promise<void>;
  readonly wipe: () => void;
}

function reader(handle: FileHandle, index: TapeIndex, keys: SegmentKeys): TapeReader {
  const recordingId = index.scan.header.recordingId;
  const opened = async (number: number): Promise<Buffer | string> => {
    const segment = index.segments[number];
    if (segment === undefined) return 'it is not there';
    const sealed = Buffer.alloc(segment.bytes);
    const { bytesRead } = await handle.read(sealed, 0, segment.bytes, segment.offset);
    if (bytesRead !== segment.bytes) return 'it is not whole';
    const previous = isText(segment.type) ? NOTHING_BEFORE : index.headAfter(number);
    const compressed = openSegment(keys.of(segment), number, { recordingId, previous }, sealed);
    if (compressed === null) return 'it is not what was sealed';
    return (await decompress(compressed)) ?? 'it holds more than a segment may';
  };
  return {
    header: index.scan.header,
    index,
    get durationMs() {
      return index.scan.durationMs;
    },
    grow: () => index.grow(keys.reach),
    events: async (number) => {
      const segment = index.segments[number];
      if (segment !== undefined && segment.type !== SEGMENT.events) return done([]);
      const payload = await opened(number);
      return typeof payload === 'string'
        ? damaged(number, payload)
        : done(decodeEvents(payload.toString('utf8'), segment?.first ?? 0));
    },
    keyframe: async (number) => {
      const payload = await opened(number);
      if (typeof payload === 'string') return damaged(number, payload);
      const frame = decodeKeyframe(payload.toString('utf8'));
      return frame === null ? damaged(number, 'it is no keyframe') : done(frame);
    },
    markers: async () => {
      const last = index.segments.length - 1;
      const payload = await opened(last);
      if (typeof payload === 'string') return damaged(last, payload);
      const markers = decodeEndMarkers(payload.toString('utf8'));
      return markers === null ? damaged(last, 'it is no end') : done(markers);
    },
    text: async (number) => {
      const payload = await opened(number);
      return typeof payload === 'string'
        ? damaged(number, payload)
        : done(
            payload
              .toString('utf8')
              .split('\n')
              .map(decodeTextLine)
              .filter((line) => line !== null),
          );
    },
    check: async (number) => {
      const payload = await opened(number);
      return typeof payload === 'string' ? payload : null;
    },
    wipe: keys.wipe,
    close: async () => {
      keys.wipe();
      await handle.close();
    },
  };
}

function damaged(segment: number, why: string): Outcome<never> {
  return failed(failure('RECORDING_DAMAGED', `segment ${segment}: ${why}`));
}
