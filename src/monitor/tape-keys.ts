import { nextKey } from '#/recorder/tape-key.js';

/** Segments between two looks at the rest of the world; a step takes about 4 µs. */
const SLICE = 1000;
const KEY = 32;

/** The keys of all segments of one recording, from its first; wiped together. */
export interface TapeKeys {
  readonly of: (segment: number) => Buffer;
  /** There are so many segments now. */
  readonly reach: (segments: number) => Promise<void>;
  readonly wipe: () => void;
}

/** `first` is taken over and wiped. */
export async function deriveKeys(first: Buffer, segments: number): Promise<TapeKeys> {
  let keys = Buffer.alloc(Math.max(1, segments) * KEY);
  let known = 1;
  let wiped = false;
  first.copy(keys);
  first.fill(0);
  const of = (segment: number): Buffer => keys.subarray(segment * KEY, (segment + 1) * KEY);
  const reach = async (wanted: number): Promise<void> => {
    if (wanted * KEY > keys.length) {
      const before = keys;
      // by half, so that a tape that grows for hours is not copied each time
      keys = Buffer.alloc(Math.ceil(wanted * 1.5) * KEY);
      before.copy(keys);
      before.fill(0);
    }
    for (; known < wanted && !wiped; known += 1) {
      const key = nextKey(of(known - 1));
      key.copy(keys, known * KEY);
      key.fill(0);
      if (known % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await reach(segments);
  const wipe = (): void => {
    wiped = true;
    keys.fill(0);
  };
  return { of, reach, wipe };
}
