import { createHash } from 'node:crypto';
import { Lost } from '../observer.js';
import { byte, int } from './numbers.js';
import type { Pulling } from './pull.js';

/** What moved of one file. */
export interface Moved {
  readonly bytes: number;
  /** Nothing of it was there before. */
  readonly whole: boolean;
  readonly sha256: string | null;
  readonly noHash: string | null;
}

const LITERAL = 32 * 1024;
const WERE_THERE = 'parts of it were there already';

/** Pieces of the file, and numbers of blocks that are there (below zero), up to a zero. */
export function* contents(): Pulling<Moved> {
  const digest = createHash('sha256');
  let [bytes, whole] = [0, true];
  for (let token = yield* int(); token !== 0; token = yield* int()) {
    if (token < 0) whole = false;
    for (let left = Math.max(0, token); left > 0; ) {
      const part = yield Math.min(left, LITERAL);
      digest.update(part);
      bytes += part.length;
      left -= part.length;
    }
  }
  return whole
    ? { bytes, whole, sha256: digest.digest('hex'), noHash: null }
    : { bytes, whole, sha256: null, noHash: WERE_THERE };
}

const TOKEN = { end: 0, long: 0x20, longRun: 0x21, data: 0x40, near: 0x80, nearRun: 0xc0 } as const;

/** The same, compressed by any of its methods: the pieces are skipped, so their bytes are those of the wire. */
export function* compressedContents(size: number): Pulling<Moved> {
  let [bytes, whole] = [0, true];
  for (let flag = yield* byte(); flag !== TOKEN.end; flag = yield* byte()) {
    const kind = flag & 0xc0;
    if (kind === TOKEN.data) {
      const length = ((flag & 0x3f) << 8) + (yield* byte());
      yield length;
      bytes += length;
      continue;
    }
    whole = false;
    if (kind === TOKEN.nearRun) yield 2;
    else if (flag === TOKEN.long) yield 4;
    else if (flag === TOKEN.longRun) yield 6;
    else if (kind !== TOKEN.near) throw new Lost('it is compressed in a way that is not known here');
  }
  return {
    bytes: whole ? size : bytes,
    whole,
    sha256: null,
    noHash: whole ? 'it was compressed' : WERE_THERE,
  };
}
