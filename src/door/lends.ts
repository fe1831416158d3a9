import type { Readable, Writable } from 'node:stream';
import type { Lendable } from '#/domain/lending.js';

/** A channel that we opened to a client, to what it lends. */
export interface BackChannel {
  /** Ends when the client sends no more. */
  readonly input: Readable;
  readonly output: Writable;
  /** Aborted when it is closed. */
  readonly gone: AbortSignal;
  /** Flushes what was written: no more comes from us. */
  eof(): void;
  /** Flushes and closes. */
  close(): void;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

/** Opens one; null: the client does not take it. */
export type OpenBack = () => Promise<BackChannel | null>;

/** The way to what is lent. */
export interface Way {
  readonly open: OpenBack;
  /** Of a display: the number of the screen that is meant. */
  readonly screen?: number;
}

/** What a client offers to the target for one of its sessions. */
export type Lends = ReadonlyMap<Lendable, Way>;

export const LENDS_NOTHING: Lends = new Map();
