import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { SegmentHead } from '#/recorder/tape-format.js';
import { type Readable, type ScannedSegment, scanOn, scanTape, type TapeScan } from '#/recorder/tape-scan.js';

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
  /** Takes in what came since, of a tape that is being written: `scan` and `segments` are then of now. False: nothing came. */
  readonly grow: () => Promise<boolean>;
}

/** A session of a month has fewer; more would only eat memory. */
const MOST_SEGMENTS = 2_000_000;
const HASH = 32;
const PAGE = 1024;

export async function indexTape(handle: Readable): Promise<Outcome<TapeIndex>> {
  const segments: IndexedSegment[] = [];
  const heads: Buffer[] = [];
  const take = ({ head, offset, bytes, previous }: ScannedSegment): boolean => {
    if (segments.length >= MOST_SEGMENTS) return false;
    const place = (segments.length % PAGE) * HASH;
    if (place === 0) heads.push(Buffer.alloc(PAGE * HASH));
    previous.copy(heads.at(-1) ?? Buffer.alloc(0), place);
    segments.push({ ...head, offset, bytes: bytes.length });
    return true;
  };
  const found = await scanTape(handle, take);
  if (found.kind === 'foreign') return failed(failure('RECORDING_DAMAGED', found.why));
  if (segments.length >= MOST_SEGMENTS)
    return failed(failure('RECORDING_DAMAGED', 'it has more segments than any session'));
  let scan = found;
  return done({
    get scan() {
      return scan;
    },
    segments,
    headAfter: (count) =>
      count >= segments.length
        ? scan.head
        : (heads[Math.floor(count / PAGE)] ?? scan.head).subarray(
            (count % PAGE) * HASH,
            (count % PAGE) * HASH + HASH,
          ),
    async grow() {
      const before = segments.length;
      scan = await scanOn(handle, scan, take);
      return segments.length > before;
    },
  });
}
