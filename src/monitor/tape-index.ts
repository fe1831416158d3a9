import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SegmentHead } from '#/recorder/tape-format.js';
import { type Readable, type Scan, scanTape, type TapeScan } from '#/recorder/tape-scan.js';

export interface IndexedSegment extends SegmentHead {
  readonly offset: number;
  readonly bytes: number;
}

/** Where everything is on a tape, made by reading it once. */
export interface TapeIndex {
  readonly scan: TapeScan;
  readonly segments: readonly IndexedSegment[];
  /** The chain's head after that many segments, 32 bytes. */
  readonly headAfter: (segments: number) => Buffer;
}

/** A session of a month has fewer; more would only eat memory. */
const MOST_SEGMENTS = 2_000_000;
const HASH = 32;

export async function indexTape(handle: Readable): Promise<Outcome<TapeIndex>> {
  const segments: IndexedSegment[] = [];
  const heads: Buffer[] = [];
  let page = Buffer.alloc(0);
  const scan: Scan = await scanTape(handle, ({ head, offset, bytes, previous }) => {
    if (segments.length >= MOST_SEGMENTS) return false;
    const place = (segments.length % 1024) * HASH;
    if (place === 0) heads.push((page = Buffer.alloc(1024 * HASH)));
    previous.copy(page, place);
    segments.push({ ...head, offset, bytes: bytes.length });
    return true;
  });
  if (scan.kind === 'foreign') return failed(failure('RECORDING_DAMAGED', scan.why));
  if (segments.length >= MOST_SEGMENTS)
    return failed(failure('RECORDING_DAMAGED', 'it has more segments than any session'));
  return done({
    scan,
    segments,
    headAfter: (count) =>
      count >= segments.length
        ? scan.head
        : (heads[count >> 10] ?? page).subarray((count % 1024) * HASH, (count % 1024) * HASH + HASH),
  });
}
