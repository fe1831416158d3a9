import type { Readable, Writable } from 'node:stream';
import type { DirectLogin } from './direct-visit.js';

/** A connection that somebody wants to have made from the target: `ssh -L`, `-D`, `-W`. Nothing is open yet. */
export interface ForwardVisit extends DirectLogin {
  /** The client's address. */
  readonly from: string;
  /** The ssh user name as typed. */
  readonly user: string;
  readonly to: { readonly host: string; readonly port: number };
  /** Aborted when the client is gone or has closed it. */
  readonly gone: AbortSignal;
  /** Aborted when the door is about to hang up. */
  readonly dismissed: AbortSignal;
  /** It stands: bytes from now on. `input` ends when the client sends no more. Null: nobody waits for it any more. */
  open(): { readonly input: Readable; readonly output: Writable } | null;
  /** It does not come to stand, on our side or on the target's; after open() it is closed. */
  refuse(side: 'ours' | 'target', sentence: string): void;
  /** Flushes what was written and closes it. */
  close(): void;
  /** The vault says that this login is over. */
  forgotten(): void;
}
