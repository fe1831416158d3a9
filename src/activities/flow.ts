import { createHash } from 'node:crypto';

/** The bytes of one open file in one direction, whose pieces may come somewhat out of order. */
export interface Flow {
  /** `data` is copied if it must wait. */
  push(offset: number, data: Buffer): void;
  /** There can be no hash any more; the first reason counts. */
  spoil(why: string): void;
  /** Frees what waits. */
  finish(): void;
  /** Bytes that moved, the end of the furthest piece, and up to where nothing is missing. */
  readonly bytes: number;
  readonly extent: number;
  readonly position: number;
  /** Of what is up to `position`; the first call is the last. */
  hash(): { readonly sha256: string | null; readonly noHash: string | null };
}

/** Bytes that may wait for earlier ones, of all flows of a channel. */
export interface Budget {
  left: number;
}

export const WINDOW = 8 * 1024 * 1024;
const MOST_PIECES = 1024;

export function openFlow(budget: Budget): Flow {
  const digest = createHash('sha256');
  const waiting = new Map<number, Buffer>();
  let [bytes, extent, position] = [0, 0, 0];
  let spoiled: string | null = null;
  const release = (): void => {
    for (const piece of waiting.values()) budget.left += piece.length;
    waiting.clear();
  };
  const spoil = (why: string): void => {
    spoiled ??= why;
    release();
  };
  const take = (data: Buffer): void => {
    digest.update(data);
    position += data.length;
  };
  const keep = (offset: number, data: Buffer): void => {
    if (offset < position || waiting.has(offset)) return spoil('parts of it moved more than once');
    if (waiting.size >= MOST_PIECES || budget.left < data.length)
      return spoil('its parts were too far out of order');
    budget.left -= data.length;
    waiting.set(offset, Buffer.from(data));
  };
  const drain = (): void => {
    for (let next = waiting.get(position); next !== undefined; next = waiting.get(position)) {
      waiting.delete(position);
      budget.left += next.length;
      take(next);
    }
  };
  return {
    push(offset, data) {
      bytes += data.length;
      extent = Math.max(extent, offset + data.length);
      if (spoiled !== null || data.length === 0) return;
      if (offset !== position) return keep(offset, data);
      take(data);
      drain();
    },
    spoil,
    finish() {
      if (waiting.size > 0) spoil('parts of it are missing or moved more than once');
    },
    get bytes() {
      return bytes;
    },
    get extent() {
      return extent;
    },
    get position() {
      return position;
    },
    hash: () =>
      spoiled === null ? { sha256: digest.digest('hex'), noHash: null } : { sha256: null, noHash: spoiled },
  };
}
