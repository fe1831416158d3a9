import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { TextPlace } from '#/domain/tape-text.js';
import { decodeHeader, decodeSegmentHead, LIMITS, SEGMENT, SEGMENT_HEAD } from '#/recorder/tape-format.js';
import { nextKey, recentKeyOf } from '#/recorder/tape-key.js';
import { readPlace } from './read-text.js';

const CHUNK = 1024 * 1024;

/**
 * The text so far of a tape that is not stored yet, part by part: what is in segments of text, then what is recent. Null: a
 * part is not what was sealed. Of a tape of which nothing has come yet there is none. `key` is wiped.
 */
export function* readGrowing(
  paths: readonly string[],
  recordingId: string,
  key: Buffer,
): Generator<Buffer | null> {
  const recent = recentKeyOf(key);
  const file = openFirst(paths);
  if (file === null) {
    key.fill(0);
    recent.fill(0);
    return;
  }
  try {
    const { texts, recents, behind } = placesIn(file);
    yield* inTurn(key, texts, (place, now) => readPlace(file, recordingId, place, now, SEGMENT.text));
    yield* inTurn(recent, recents, (place, now) =>
      // what is in a segment of text as well is not read twice
      place.segment < behind ? undefined : readPlace(file, recordingId, place, now, SEGMENT.recent),
    );
  } finally {
    key.fill(0);
    recent.fill(0);
    closeSync(file);
  }
}

/** It may become the stored tape at any moment, by another name. Null: it is not there. */
function openFirst(paths: readonly string[]): number | null {
  for (const path of paths) {
    try {
      const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if (fstatSync(file).isFile()) return file;
      closeSync(file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
  return null;
}

/** Each place with its key. */
function* inTurn(
  first: Buffer,
  places: readonly TextPlace[],
  read: (place: TextPlace, key: Buffer) => Buffer | null | undefined,
): Generator<Buffer | null> {
  let now: Buffer = Buffer.from(first);
  try {
    for (const place of places) {
      const part = read(place, now);
      if (part !== undefined) yield part;
      const next = nextKey(now);
      now.fill(0);
      now = next;
    }
  } finally {
    now.fill(0);
  }
}

interface Places {
  readonly texts: readonly TextPlace[];
  readonly recents: readonly TextPlace[];
  /** Recent text before this segment is in a segment of text. */
  readonly behind: number;
}

/** Walks from head to head, and reads nothing else that lies further apart than a chunk. */
function placesIn(file: number): Places {
  const texts: TextPlace[] = [];
  const recents: TextPlace[] = [];
  const window: Buffer = Buffer.allocUnsafe(CHUNK);
  let [start, held] = [0, 0];
  const bytesAt = (offset: number, length: number): Buffer => {
    if (offset < start || offset + length > start + held) {
      start = offset;
      held = readSync(file, window, 0, CHUNK, offset);
    }
    return window.subarray(offset - start, Math.min(offset - start + length, held));
  };
  const header = decodeHeader(bytesAt(0, LIMITS.header + 64));
  if (header.kind !== 'header') return { texts, recents, behind: 0 };
  const { size } = fstatSync(file);
  let number = 0;
  for (let offset = header.bytes; ; number += 1) {
    const found = decodeSegmentHead(bytesAt(offset, SEGMENT_HEAD));
    if (found === null || found.head.number !== number || offset + found.bytes > size) break;
    const place = { segment: number, offset, bytes: found.bytes };
    if (found.head.type === SEGMENT.text) texts.push(place);
    if (found.head.type === SEGMENT.recent) recents.push(place);
    offset += found.bytes;
  }
  return { texts, recents, behind: texts.at(-1)?.segment ?? 0 };
}
