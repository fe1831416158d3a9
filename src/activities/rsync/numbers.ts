import { Lost } from '../observer.js';
import type { Pulling } from './pull.js';

export function* byte(): Pulling<number> {
  return (yield 1).readUInt8(0);
}

export function* int(): Pulling<number> {
  return (yield 4).readInt32LE(0);
}

/** Of how many bytes more the first byte of a number speaks: one for each leading bit that is set. */
function extraOf(first: number): number {
  let extra = 0;
  while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra += 1;
  return extra;
}

export function* varint(): Pulling<number> {
  const first = yield* byte();
  const extra = extraOf(first);
  if (extra > 4) throw new Lost('a number is out of bounds');
  const low = extra === 0 ? Buffer.alloc(0) : Buffer.from(yield extra);
  const all = Buffer.alloc(5);
  low.copy(all);
  all[extra] = first & (0xff >> (extra + 1));
  return all.readInt32LE(0);
}

/** A number of at least `least` bytes; its first byte is the highest one. */
export function* varlong(least: number): Pulling<number> {
  const head = Buffer.from(yield least);
  const first = head.readUInt8(0);
  const extra = extraOf(first);
  if (least - 1 + extra > 8) throw new Lost('a number is out of bounds');
  const rest = extra === 0 ? Buffer.alloc(0) : Buffer.from(yield extra);
  const all = Buffer.alloc(9);
  head.copy(all, 0, 1);
  rest.copy(all, least - 1);
  all[least - 1 + extra] = first & (0xff >> (extra + 1));
  const value = Number(all.readBigInt64LE(0));
  if (!Number.isSafeInteger(value)) throw new Lost('a number is out of bounds');
  return value;
}

/** A text with its length before it, in one byte or two. */
export function* vstring(): Pulling<Buffer> {
  const first = yield* byte();
  const length = first < 0x80 ? first : ((first & 0x7f) << 8) + (yield* byte());
  return Buffer.from(yield length);
}

/** Indexes are told as differences, those below zero apart from the others. */
export function indexReader(): () => Pulling<number> {
  const last = { up: -1, down: 1 };
  return function* () {
    let first = yield* byte();
    if (first === 0) return -1;
    const which = first === 0xff ? 'down' : 'up';
    if (first === 0xff) first = yield* byte();
    last[which] = first === 0xfe ? yield* far(last[which]) : first + last[which];
    return which === 'down' ? -last.down : last.up;
  };
}

function* far(before: number): Pulling<number> {
  const two = Buffer.from(yield 2);
  const [high = 0, low = 0] = two;
  if ((high & 0x80) === 0) return (high << 8) + low + before;
  const more = Buffer.from(yield 2);
  return Buffer.from([low, more[0] ?? 0, more[1] ?? 0, high & 0x7f]).readInt32LE(0);
}
