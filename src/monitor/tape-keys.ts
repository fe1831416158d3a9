import { nextKey } from '#/recorder/tape-key.js';

/** Segments between two looks at the rest of the world; a step takes about 4 µs. */
const SLICE = 1000;
const KEY = 32;

/** The keys of all segments of one recording, from its first; wiped together. */
export interface TapeKeys {
  readonly of: (segment: number) => Buffer;
  readonly wipe: () => void;
}

/** `first` is taken over and wiped. */
export async function deriveKeys(first: Buffer, segments: number): Promise<TapeKeys> {
  const keys = Buffer.alloc(Math.max(1, segments) * KEY);
  first.copy(keys);
  first.fill(0);
  const of = (segment: number): Buffer => keys.subarray(segment * KEY, (segment + 1) * KEY);
  for (let segment = 1; segment < segments; segment += 1) {
    const key = nextKey(of(segment - 1));
    key.copy(keys, segment * KEY);
    key.fill(0);
    if (segment % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { of, wipe: () => keys.fill(0) };
}
