import type { Readable, Writable } from 'node:stream';
import type { LoggedIn } from '#/contract/calls.js';
import type { Target } from '#/domain/destination.js';
import type { TerminalSize } from '#/domain/session.js';
import type { TerminalRequest } from './late-requests.js';
import type { Lends } from './lends.js';

/** What a client asked for on a session channel. */
export type ChannelWish =
  | { readonly kind: 'shell' }
  | { readonly kind: 'exec'; readonly command: string }
  | { readonly kind: 'subsystem'; readonly name: string };

/** Somebody who logged in at the door, and where he wants to go. The login is the connection's: all its channels share it. */
export interface DirectLogin {
  readonly login: LoggedIn;
  /** Null: the user name was nothing but his own. */
  readonly target: Target | null;
  /** Why, when the door asked. */
  readonly reason: string | null;
}

/** A session channel that is no person's terminal: bytes in three streams, and how it ended. */
export interface DirectVisit extends DirectLogin {
  /** The client's address. */
  readonly from: string;
  /** The ssh user name as typed. */
  readonly user: string;
  readonly channel: ChannelWish;
  /** Null: the client asked for no terminal, and every byte counts. */
  readonly pty: DirectPty | null;
  /** LANG and LC_*, as far as the client sent them. */
  readonly env: ReadonlyMap<string, string>;
  /** What the client has offered so far. */
  readonly lends: () => Lends;
  /** Ends when the client closes its side. */
  readonly input: Readable;
  /** Their backpressure is the client's; whoever writes ends neither of them: exit() does. */
  readonly output: Writable;
  readonly errors: Writable;
  /** Aborted when the client is gone or the channel was closed. */
  readonly gone: AbortSignal;
  /** Aborted when the door is about to hang up; `reason` is a sentence for the person. */
  readonly dismissed: AbortSignal;
  /** Without a terminal: a signal that the client sends, without SIG; false refuses it. The result stops it. */
  onSignal(listener: (name: string) => boolean): () => void;
  /** On a terminal; false refuses it. The result stops it. */
  readonly onRequest: (listener: (request: TerminalRequest) => boolean) => () => void;
  /** The vault says that this login is over. */
  forgotten(): void;
  /** Flushes what was written and tells how it ended: a status, or the signal that ended it (without SIG). */
  exit(how: number | { readonly signal: string }): void;
}

interface DirectPty {
  readonly term: string;
  /** Somebody may sit at it: a program that asks for one has no terminal itself, and tells no size. */
  readonly attended: boolean;
  readonly size: () => TerminalSize;
  readonly onResize: (listener: (size: TerminalSize) => void) => () => void;
}
