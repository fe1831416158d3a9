import type { TapeHeader } from '#/domain/tape.js';
import {
  chainHead,
  decodeHeader,
  decodeSegmentHead,
  firstHead,
  LIMITS,
  SEGMENT,
  SEGMENT_HEAD,
  type SegmentHead,
} from './tape-format.js';

/** What a tape is read from: an open file, or a part of one. */
export interface Readable {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

export interface ScannedSegment {
  readonly head: SegmentHead;
  /** Place in the file, bytes. */
  readonly offset: number;
  /** As it stands in the file. */
  readonly bytes: Buffer;
  /** The chain's head before it. */
  readonly previous: Buffer;
}

/** What a tape shows to who has no key: its header, its segments' heads and their chain. */
export interface TapeScan {
  readonly kind: 'tape';
  readonly header: TapeHeader;
  readonly segments: number;
  /** The chain's head after the last whole segment. */
  readonly head: Buffer;
  readonly durationMs: number;
  /** Its end was taped. */
  readonly ended: boolean;
  /** Up to here it is a tape; what follows is `rest`. */
  readonly bytes: number;
  /** 'partial': a segment that was being written when its writer died. 'foreign': bytes that no writer leaves there. */
  readonly rest: 'none' | 'partial' | 'foreign';
}

export type Scan = TapeScan | { readonly kind: 'foreign'; readonly why: string };

/** As in file-digest.ts: small tapes need no large buffer. */
const FIRST = 64 * 1024;
const CHUNK = 1024 * 1024;

/** Reads a tape from its beginning, holding no more than one segment. */
export async function scanTape(handle: Readable, each: EachSegment = () => undefined): Promise<Scan> {
  const input = new Input(handle, 0);
  await input.atLeast(LIMITS.header + 64);
  const found = decodeHeader(input.bytes);
  if (found.kind !== 'header')
    return { kind: 'foreign', why: found.kind === 'short' ? 'its header is not whole' : found.why };
  const head = firstHead(input.take(found.bytes));
  const bytes = input.offset;
  const { header } = found;
  const start = { kind: 'tape', header, segments: 0, head, durationMs: 0, ended: false, bytes } as const;
  return await goOn(input, { ...start, rest: 'none' }, each);
}

/** Goes on where a scan came to the end: the tape may have grown since. */
export async function scanOn(handle: Readable, before: TapeScan, each: EachSegment): Promise<TapeScan> {
  return before.ended ? before : await goOn(new Input(handle, before.bytes), before, each);
}

/** May return false to stop. */
type EachSegment = (segment: ScannedSegment) => boolean | void;

async function goOn(input: Input, before: TapeScan, each: EachSegment): Promise<TapeScan> {
  let { segments, durationMs, ended, head } = before;
  let rest: TapeScan['rest'] = 'none';
  for (;;) {
    const next = await nextSegment(input, segments, ended);
    if (typeof next === 'string') {
      rest = next;
      break;
    }
    const segment = { ...next, previous: head };
    if (each(segment) === false) break;
    head = chainHead(head, next.bytes);
    durationMs = Math.max(durationMs, next.head.last);
    ended = next.head.type === SEGMENT.end;
    segments += 1;
  }
  return { ...before, segments, head, durationMs, ended, bytes: input.offset, rest };
}

async function nextSegment(
  input: Input,
  number: number,
  ended: boolean,
): Promise<Omit<ScannedSegment, 'previous'> | TapeScan['rest']> {
  await input.atLeast(SEGMENT_HEAD);
  if (input.bytes.length === 0) return 'none';
  if (ended) return 'foreign';
  if (input.bytes.length < SEGMENT_HEAD) return 'partial';
  const found = decodeSegmentHead(input.bytes);
  if (found === null || found.head.number !== number) return 'foreign';
  await input.atLeast(found.bytes);
  if (input.bytes.length < found.bytes) return 'partial';
  const offset = input.offset;
  return { head: found.head, offset, bytes: input.take(found.bytes) };
}

/** The file from front to back, with what was read and not yet taken. */
class Input {
  readonly #handle: Readable;
  #read: number;
  #atEnd = false;
  bytes: Buffer = Buffer.alloc(0);

  /** `from`: bytes of the file. */
  constructor(handle: Readable, from: number) {
    this.#handle = handle;
    this.#read = from;
  }

  /** Where `bytes` begin in the file. */
  get offset(): number {
    return this.#read - this.bytes.length;
  }

  /** Afterwards there are fewer only at the end of the file. */
  async atLeast(wanted: number): Promise<void> {
    if (this.#atEnd || this.bytes.length >= wanted) return;
    const parts = [this.bytes];
    let have = this.bytes.length;
    while (have < wanted) {
      const chunk = Buffer.allocUnsafe(Math.max(this.#read < CHUNK ? FIRST : CHUNK, wanted - have));
      const { bytesRead } = await this.#handle.read(chunk, 0, chunk.length, this.#read);
      this.#atEnd = bytesRead === 0;
      if (this.#atEnd) break;
      this.#read += bytesRead;
      have += bytesRead;
      parts.push(chunk.subarray(0, bytesRead));
    }
    this.bytes = Buffer.concat(parts);
  }

  take(bytes: number): Buffer {
    const taken = this.bytes.subarray(0, bytes);
    this.bytes = this.bytes.subarray(bytes);
    return taken;
  }
}
