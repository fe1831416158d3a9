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
    const from = before ?? (await afterHeader(handle));
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

type Place = Pick<Seen, 'offset' | 'segments' | 'ended'>;

/** Offset 0: the header is not whole yet. */
async function afterHeader(handle: FileHandle): Promise<Place | 'foreign'> {
  const start = Buffer.alloc(LIMITS.header + 64);
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  const found = decodeHeader(start.subarray(0, bytesRead));
  if (found.kind === 'foreign') return 'foreign';
  return { offset: found.kind === 'header' ? found.bytes : 0, segments: 0, ended: false };
}

async function walk(handle: FileHandle, size: number, from: Place): Promise<Place> {
  let { offset, segments, ended } = from.offset === 0 ? await again(handle) : from;
  const head = Buffer.alloc(SEGMENT_HEAD);
  while (offset > 0 && !ended) {
    const { bytesRead } = await handle.read(head, 0, SEGMENT_HEAD, offset);
    const found = decodeSegmentHead(head.subarray(0, bytesRead));
    if (found === null || found.head.number !== segments || offset + found.bytes > size) break;
    offset += found.bytes;
    segments += 1;
    ended = found.head.type === SEGMENT.end;
  }
  return { offset, segments, ended };
}

async function again(handle: FileHandle): Promise<Place> {
  const place = await afterHeader(handle);
  return place === 'foreign' ? { offset: 0, segments: 0, ended: false } : place;
}
