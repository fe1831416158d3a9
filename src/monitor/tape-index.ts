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
  /**
   * Takes in what came since, of a tape that is being written. False: nothing came. `ready` gets the new segments first: until it is
   * done, `scan` and `segments` are of before, and then at once of now.
   */
  readonly grow: (ready: (fresh: readonly SegmentHead[]) => Promise<void>) => Promise<boolean>;
}

/** A scanned segment without its bytes, of which only the number is kept. */
type Found = Omit<ScannedSegment, 'bytes'> & { readonly bytes: number };

/** A session of a month has fewer; more would only eat memory. */
const MOST_SEGMENTS = 2_000_000;
const HASH = 32;
const PAGE = 1024;

export async function indexTape(handle: Readable): Promise<Outcome<TapeIndex>> {
  const segments: IndexedSegment[] = [];
  const heads: Buffer[] = [];
  const put = ({ head, offset, bytes, previous }: Found): void => {
    const place = (segments.length % PAGE) * HASH;
    if (place === 0) heads.push(Buffer.alloc(PAGE * HASH));
    previous.copy(heads.at(-1) ?? Buffer.alloc(0), place);
    segments.push({ ...head, offset, bytes });
  };
  const take = (segment: ScannedSegment): boolean => {
    if (segments.length >= MOST_SEGMENTS) return false;
    put({ ...segment, bytes: segment.bytes.length });
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
    async grow(ready) {
      const fresh: Found[] = [];
      const now = await scanOn(handle, scan, (segment) => {
        if (segments.length + fresh.length >= MOST_SEGMENTS) return false;
        fresh.push({ ...segment, bytes: segment.bytes.length });
        return true;
      });
      await ready(fresh.map(({ head }) => head));
      for (const one of fresh) put(one);
      scan = now;
      return fresh.length > 0;
    },
  });
}
