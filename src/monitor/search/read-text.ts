import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { constants as zlib, zstdDecompressSync } from 'node:zlib';
import type { TextPlace } from '#/domain/tape-text.js';
import { NOTHING_BEFORE, openSegment } from '#/recorder/sealed-segment.js';
import {
  decodeSegmentHead,
  LIMITS,
  SEGMENT,
  SEGMENT_HEAD,
  type SegmentType,
} from '#/recorder/tape-format.js';
import { nextKey } from '#/recorder/tape-key.js';

/** The text of one stored tape, part by part, read without the rest of it. Null: a part is not what was sealed. `key` is wiped. */
export function* readText(
  path: string,
  recordingId: string,
  places: readonly TextPlace[],
  key: Buffer,
): Generator<Buffer | null> {
  let now = key;
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(file).isFile()) {
      yield null;
      return;
    }
    for (const place of places) {
      yield readPlace(file, recordingId, place, now, SEGMENT.text);
      const next = nextKey(now);
      now.fill(0);
      now = next;
    }
  } finally {
    now.fill(0);
    closeSync(file);
  }
}

/** Null: it is not what was sealed there. */
export function readPlace(
  file: number,
  recordingId: string,
  { segment, offset, bytes }: TextPlace,
  key: Buffer,
  type: SegmentType,
): Buffer | null {
  if (bytes < SEGMENT_HEAD || bytes > LIMITS.segment) return null;
  const sealed = Buffer.allocUnsafe(bytes);
  if (readSync(file, sealed, 0, bytes, offset) !== bytes) return null;
  const found = decodeSegmentHead(sealed);
  if (found?.head.type !== type || found.head.number !== segment || found.bytes !== bytes) return null;
  const compressed = openSegment(key, segment, { recordingId, previous: NOTHING_BEFORE }, sealed);
  return compressed === null ? null : unpacked(compressed);
}

/** Null: no zstd, or it would grow over the limit of a payload. */
function unpacked(compressed: Buffer): Buffer | null {
  try {
    return zstdDecompressSync(compressed, {
      maxOutputLength: LIMITS.payload,
      params: { [zlib.ZSTD_d_windowLogMax]: 25 },
    });
  } catch {
    return null;
  }
}
