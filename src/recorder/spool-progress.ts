import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { openTapeFile } from './tape-file.js';
import { decodeHeader, decodeSegmentHead, LIMITS, SEGMENT, SEGMENT_HEAD } from './tape-format.js';
import { tapeName } from './tape-path.js';

/** 'quiet': its end was not taped, and it has not grown for a while. */
export type TapeState = 'growing' | 'quiet' | 'ended' | 'foreign';

/** `bytes`: its header and whole segments. */
export interface SeenTape {
  readonly state: TapeState;
  readonly bytes: number;
}

interface Seen {
  readonly size: number;
  /** When the size was first seen, milliseconds. */
  readonly since: number;
  /** Up to here its segments were walked. */
  readonly offset: number;
  readonly segments: number;
  readonly ended: boolean;
}

/** Longer than a tape waits for more events; milliseconds. */
const QUIET_AFTER = 2000;

/** How far each tape in the spool is, reading only what is new. */
export class SpoolProgress {
  readonly #spool: string;
  readonly #now: () => number;
  readonly #seen = new Map<string, Seen>();

  constructor(spool: string, now: () => number) {
    this.#spool = spool;
    this.#now = now;
  }

  async look(recordingId: string): Promise<SeenTape> {
    const opened = await openTapeFile(join(this.#spool, tapeName(recordingId)));
    if (opened.kind === 'foreign') return FOREIGN;
    if (opened.kind === 'absent') return { state: 'growing', bytes: 0 };
    try {
      return await this.#state(recordingId, opened.handle, opened.bytes);
    } finally {
      await opened.handle.close();
    }
  }

  forgetAllBut(recordingIds: readonly string[]): void {
    const kept = new Set(recordingIds);
    for (const id of [...this.#seen.keys()]) if (!kept.has(id)) this.#seen.delete(id);
  }

  async #state(recordingId: string, handle: FileHandle, size: number): Promise<SeenTape> {
    const before = this.#seen.get(recordingId);
    if (before?.size === size) return seenTape(before, this.#now());
    const from = before !== undefined && before.offset > 0 ? before : await afterHeader(handle);
    if (from === 'foreign') return FOREIGN;
    const seen: Seen = { ...(await walk(handle, size, from)), size, since: this.#now() };
    this.#seen.set(recordingId, seen);
    return seenTape(seen, this.#now());
  }
}

const FOREIGN: SeenTape = { state: 'foreign', bytes: 0 };

function seenTape(seen: Seen, now: number): SeenTape {
  return { state: stateOf(seen, now), bytes: seen.offset };
}

function stateOf(seen: Seen, now: number): TapeState {
  if (seen.ended) return 'ended';
  return now - seen.since >= QUIET_AFTER ? 'quiet' : 'growing';
}

type Place = Pick<Seen, 'offset' | 'segments' | 'ended'> & {
  /** The beginning of the file, as far as it was read with the header. */
  readonly start?: Buffer;
};

/** Offset 0: the header is not whole yet. */
async function afterHeader(handle: FileHandle): Promise<Place | 'foreign'> {
  const start = Buffer.allocUnsafe(LIMITS.header + 64);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  const found = decodeHeader(start.subarray(0, bytesRead));
  if (found.kind === 'foreign') return 'foreign';
  const offset = found.kind === 'header' ? found.bytes : 0;
  return { offset, segments: 0, ended: false, start: start.subarray(0, bytesRead) };
}

async function walk(handle: FileHandle, size: number, from: Place): Promise<Omit<Place, 'start'>> {
  let { offset, segments, ended } = from;
  while (offset > 0 && offset + SEGMENT_HEAD <= size && !ended) {
    const found = decodeSegmentHead(await headAt(handle, offset, from.start));
    if (found === null || found.head.number !== segments || offset + found.bytes > size) break;
    offset += found.bytes;
    segments += 1;
    ended = found.head.type === SEGMENT.end;
  }
  return { offset, segments, ended };
}

/** Those of a short tape came with its header. */
async function headAt(handle: FileHandle, offset: number, start: Buffer | undefined): Promise<Buffer> {
  const end = offset + SEGMENT_HEAD;
  if (start !== undefined && end <= start.length) return start.subarray(offset, end);
  const head = Buffer.alloc(SEGMENT_HEAD);
  const { bytesRead } = await handle.read(head, 0, SEGMENT_HEAD, offset);
  return head.subarray(0, bytesRead);
}
