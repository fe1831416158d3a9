import type { FileHandle } from 'node:fs/promises';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { TapeEvent, TapeHeader } from '#/domain/tape.js';
import { decodeTextLine, type TextLine } from '#/domain/tape-text.js';
import { decompress } from '#/recorder/compression.js';
import { NOTHING_BEFORE, openSegment } from '#/recorder/sealed-segment.js';
import { decodeEvents } from '#/recorder/tape-events.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { textKeyOf } from '#/recorder/tape-key.js';
import { decodeEndMarkers } from './read-end.js';
import { decodeKeyframe, type ReadKeyframe } from './read-keyframe.js';
import type { TapeIndex } from './tape-index.js';
import { deriveKeys, type TapeKeys } from './tape-keys.js';

/** A tape that can be read anywhere. What does not open is RECORDING_DAMAGED and names its segment. */
export interface TapeReader {
  readonly header: TapeHeader;
  readonly index: TapeIndex;
  readonly durationMs: number;
  /** Of one segment; none for segments of another type. */
  readonly events: (segment: number) => Promise<Outcome<readonly TapeEvent[]>>;
  readonly keyframe: (segment: number) => Promise<Outcome<ReadKeyframe>>;
  /** Those that the end segment, which must be there, holds again. */
  readonly markers: () => Promise<Outcome<readonly { readonly at: number; readonly label: string }[]>>;
  /** The lines that can be searched, of one segment of text. */
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
  const texts = index.segments.filter(({ type }) => type === SEGMENT.text).map(({ number }) => number);
  const textKeys = await deriveKeys(textKeyOf(contentKey), texts.length);
  const keys = await deriveKeys(contentKey, index.segments.length);
  return reader(handle, index, {
    of: keys.of,
    ofText: (segment) => textKeys.of(texts.indexOf(segment)),
    wipe() {
      keys.wipe();
      textKeys.wipe();
    },
  });
}

function reader(
  handle: FileHandle,
  index: TapeIndex,
  keys: TapeKeys & { readonly ofText: (segment: number) => Buffer },
): TapeReader {
  const recordingId = index.scan.header.recordingId;
  const opened = async (number: number): Promise<Buffer | string> => {
    const segment = index.segments[number];
    if (segment === undefined) return 'it is not there';
    const sealed = Buffer.alloc(segment.bytes);
    const { bytesRead } = await handle.read(sealed, 0, segment.bytes, segment.offset);
    if (bytesRead !== segment.bytes) return 'it is not whole';
    const compressed =
      segment.type === SEGMENT.text
        ? openSegment(keys.ofText(number), number, { recordingId, previous: NOTHING_BEFORE }, sealed)
        : openSegment(keys.of(number), number, { recordingId, previous: index.headAfter(number) }, sealed);
    if (compressed === null) return 'it is not what was sealed';
    return (await decompress(compressed)) ?? 'it holds more than a segment may';
  };
  return {
    header: index.scan.header,
    index,
    durationMs: index.scan.durationMs,
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
