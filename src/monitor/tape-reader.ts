import type { FileHandle } from 'node:fs/promises';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { TapeEvent, TapeHeader } from '#/domain/tape.js';
import { decompress } from '#/recorder/compression.js';
import { openSegment } from '#/recorder/sealed-segment.js';
import { decodeEvents } from '#/recorder/tape-events.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { indexTape, type TapeIndex } from './tape-index.js';
import { deriveKeys, type TapeKeys } from './tape-keys.js';
import { decodeKeyframe, type ReadKeyframe } from './read-keyframe.js';

/** A tape that can be read anywhere. What does not open is RECORDING_DAMAGED and names its segment. */
export interface TapeReader {
  readonly header: TapeHeader;
  readonly index: TapeIndex;
  readonly durationMs: number;
  /** Of one segment; none for segments of another type. */
  readonly events: (segment: number) => Promise<Outcome<readonly TapeEvent[]>>;
  readonly keyframe: (segment: number) => Promise<Outcome<ReadKeyframe>>;
  /** Null: the segment is what was sealed. Else what is wrong. */
  readonly check: (segment: number) => Promise<string | null>;
  /** Wipes the keys and closes the file. */
  readonly close: () => Promise<void>;
}

/** Takes the file and the key over, whatever comes of it. */
export async function readTape(handle: FileHandle, contentKey: Buffer): Promise<Outcome<TapeReader>> {
  const indexed = await indexTape(handle);
  if (!indexed.ok) {
    contentKey.fill(0);
    await handle.close();
    return indexed;
  }
  const keys = await deriveKeys(contentKey, indexed.value.segments.length);
  return done(reader(handle, indexed.value, keys));
}

function reader(handle: FileHandle, index: TapeIndex, keys: TapeKeys): TapeReader {
  const recordingId = index.scan.header.recordingId;
  const opened = async (number: number): Promise<Buffer | string> => {
    const segment = index.segments[number];
    if (segment === undefined) return 'it is not there';
    const sealed = Buffer.alloc(segment.bytes);
    const { bytesRead } = await handle.read(sealed, 0, segment.bytes, segment.offset);
    if (bytesRead !== segment.bytes) return 'it is not whole';
    const compressed = openSegment(keys.of(number), number, { recordingId, previous: index.headAfter(number) }, sealed);
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
      return typeof payload === 'string' ? damaged(number, payload) : done(decodeEvents(payload.toString('utf8'), segment?.first ?? 0));
    },
    keyframe: async (number) => {
      const payload = await opened(number);
      if (typeof payload === 'string') return damaged(number, payload);
      const frame = decodeKeyframe(payload.toString('utf8'));
      return frame === null ? damaged(number, 'it is no keyframe') : done(frame);
    },
    check: async (number) => {
      const payload = await opened(number);
      return typeof payload === 'string' ? payload : null;
    },
    close: async () => {
      keys.wipe();
      await handle.close();
    },
  };
}

function damaged(segment: number, why: string): Outcome<never> {
  return failed(failure('RECORDING_DAMAGED', `segment ${segment}: ${why}`));
}
