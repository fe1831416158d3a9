import { randomInt } from 'node:crypto';
import { segmentsOf } from './recorded.js';

/** A recording as it lies in its safe. */
export interface Kept {
  readonly name: string;
  readonly bytes: Buffer;
  readonly headerBytes: number;
  /** Whole segments; what follows is what a crash left of one. */
  readonly segments: number;
}

/** What somebody did to a file, and what verification has to name. Segment null: the header, or the file as a whole. */
export interface Edit {
  readonly what: string;
  /** Null: the file is gone. */
  readonly bytes: Buffer | null;
  readonly segment: number | null;
}

const NUMBER = 5;

function parts(kept: Kept): { readonly header: Buffer; readonly segments: Buffer[]; readonly rest: Buffer } {
  const all = segmentsOf(kept);
  const segments = all.slice(0, kept.segments);
  const header = kept.bytes.subarray(0, kept.headerBytes);
  const whole = segments.reduce((sum, one) => sum + one.length, header.length);
  return { header, segments, rest: kept.bytes.subarray(whole) };
}

/** Segment in which a byte of the file lies. */
function segmentAt(kept: Kept, byte: number): number | null {
  if (byte < kept.headerBytes) return null;
  let end = kept.headerBytes;
  const { segments } = parts(kept);
  const found = segments.findIndex((one) => byte < (end += one.length));
  return found === -1 ? segments.length : found;
}

/** Somebody who knows the format gives the segments the numbers that a reader expects. */
function renumbered(segments: readonly Buffer[]): Buffer[] {
  return segments.map((segment, number) => {
    const copy = Buffer.from(segment);
    copy.writeUInt32BE(number, NUMBER);
    return copy;
  });
}

export function randomEdit(kept: Kept, other: Kept): Edit {
  const { header, segments, rest } = parts(kept);
  const file = (edited: readonly Buffer[]): Buffer =>
    Buffer.concat([header, ...(randomInt(2) === 0 ? edited : renumbered(edited)), rest]);
  const at = randomInt(segments.length);
  const one = segments[at] ?? rest;
  switch (randomInt(11)) {
    case 0:
    case 1: {
      const byte = randomInt(kept.bytes.length);
      const bit = randomInt(8);
      const bytes = Buffer.from(kept.bytes);
      bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << bit), byte);
      return { what: `bit ${bit} of byte ${byte} flipped`, bytes, segment: segmentAt(kept, byte) };
    }
    case 2:
      return { what: `segment ${at} dropped`, bytes: file(segments.toSpliced(at, 1)), segment: at };
    case 3:
      return {
        what: `segment ${at} twice`,
        bytes: file(segments.toSpliced(at, 0, one)),
        segment: at + 1,
      };
    case 4: {
      const second = randomInt(segments.length);
      const [first, last] = [Math.min(at, second), Math.max(at, second)];
      const [a, b] = [segments[first] ?? rest, segments[last] ?? rest];
      if (a.equals(b)) return randomEdit(kept, other);
      return {
        what: `segments ${first} and ${last} exchanged`,
        bytes: file(segments.with(first, b).with(last, a)),
        segment: first,
      };
    }
    case 5: {
      const length = randomInt(kept.bytes.length);
      return {
        what: `cut off after ${length} bytes`,
        bytes: kept.bytes.subarray(0, length),
        segment: segmentAt(kept, length),
      };
    }
    case 6: {
      const more = Buffer.alloc(1 + randomInt(60), randomInt(256));
      return {
        what: `${more.length} bytes added`,
        bytes: Buffer.concat([kept.bytes, more]),
        segment: segments.length,
      };
    }
    case 7:
      return { what: 'gone', bytes: null, segment: null };
    case 8:
      return { what: `the file of ${other.name}`, bytes: other.bytes, segment: null };
    case 9: {
      const foreign = parts(other).segments[at % other.segments] ?? rest;
      return {
        what: `segment ${at} from another recording`,
        bytes: file(segments.with(at, foreign)),
        segment: at,
      };
    }
    default: {
      // what the file was at some moment, and so nothing but valid segments
      const earlier = randomInt(segments.length);
      return {
        what: `rolled back to ${earlier} segments`,
        bytes: Buffer.concat([header, ...segments.slice(0, earlier)]),
        segment: earlier,
      };
    }
  }
}
