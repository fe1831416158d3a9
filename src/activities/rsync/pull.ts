import { Lost } from '../observer.js';

/** A reader of a stream as a generator: it asks for so many bytes, and goes on when they are there. */
export type Pulling<T = void> = Generator<number, T, Buffer>;

/** More at once than any honest rsync makes one read. */
const MOST_AT_ONCE = 64 * 1024;

/** Feeds a reader with a stream, however that is cut. Bytes that it asks for are valid until it asks again. */
export function pulled(reader: Pulling): (bytes: Buffer) => void {
  // not before there is something: what it looks at beside may still be on its way in the other direction
  let begun = false;
  let want: number | null = 0;
  let held: Buffer[] = [];
  let size = 0;
  return (bytes) => {
    let rest = bytes;
    if (!begun) want = next(reader.next());
    begun = true;
    while (want !== null && size + rest.length >= want) {
      const part = rest.subarray(0, want - size);
      const whole = held.length === 0 ? part : Buffer.concat([...held, part]);
      rest = rest.subarray(part.length);
      [held, size] = [[], 0];
      want = next(reader.next(whole));
    }
    if (want === null || rest.length === 0) return;
    // a copy: the piece is not ours to keep
    held.push(Buffer.from(rest));
    size += rest.length;
  };
}

function next(step: IteratorResult<number, void>): number | null {
  if (step.done === true) return null;
  if (step.value < 0 || step.value > MOST_AT_ONCE)
    throw new Lost(`a part of ${step.value} bytes is out of bounds`);
  return step.value;
}

/** Of a stream in frames (tag and length, little endian) only the data, as a stream for another reader. */
export function* demultiplexed(take: (bytes: Buffer) => void): Pulling {
  for (;;) {
    const head = (yield 4).readUInt32LE(0);
    const isData = head >>> 24 === 7;
    for (let left = head & 0xff_ffff; left > 0; ) {
      const part = Math.min(left, MOST_AT_ONCE);
      const bytes = yield part;
      if (isData) take(bytes);
      left -= part;
    }
  }
}
