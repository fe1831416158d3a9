import type { Duplex, Readable, Writable } from 'node:stream';
import type { LoggedIn } from '#/contract/calls.js';
import type { Target } from '#/domain/destination.js';
import type { TerminalSize } from '#/domain/session.js';
import type { TerminalRequest } from './late-requests.js';
import type { Lends } from './lends.js';

/** A person's terminal, however he came in. Bytes both ways; nothing is decoded. */
export interface Terminal {
  readonly via: 'ssh' | 'login-shell';
  /** The client's address; through the login-shell door, what the relay says it is. */
  readonly from: string;
  /** Where the client came in, as this machine knows it; null: not known. */
  readonly cameTo: { readonly host: string; readonly port: number } | null;
  /** What to put into the login screen's user field; may be empty. */
  readonly user: string;
  readonly term: string;
  readonly lang: string;
  /** What the client sent along as a reason for what is connected to. */
  readonly reason: string | null;
  /** LANG and LC_*, as far as the client sent them. */
  readonly env: ReadonlyMap<string, string>;
  /** What the client has offered so far. */
  readonly lends: () => Lends;
  /** Not null when the person proved a registered key at the door. */
  readonly login: LoggedIn | null;
  /** Not null: the login is the connection's and outlives this terminal; `target` is where the user name leads. */
  readonly direct: { readonly target: Target | null } | null;
  readonly input: Readable;
  /** Its backpressure is the client's. */
  readonly output: Writable;
  /** Aborted when the client is gone or the terminal was closed. */
  readonly gone: AbortSignal;
  /** Aborted when the door is about to hang up; `reason` is a sentence for the person. */
  readonly dismissed: AbortSignal;
  /** Takes who serves the pages that a browser asks for through this connection (null: nobody); null: no browser comes this way. */
  readonly offerPages: ((serve: ((stream: Duplex) => void) | null) => void) | null;
  size(): TerminalSize;
  /** The result stops it. */
  onResize(listener: (size: TerminalSize) => void): () => void;
  /** What the client asks of what runs on it; false refuses it. The result stops it. */
  readonly onRequest: (listener: (request: TerminalRequest) => boolean) => () => void;
  /** The portal knows who this is: the connection stops counting as a stranger's. */
  identified(): void;
  /** Nobody is logged in any more. */
  forgotten(): void;
  /** The person gave a reason on the screen. */
  reasonGiven(reason: string): void;
  /** A login was refused; after the last one allowed the person is dismissed. */
  attemptRefused(): void;
  /** Flushes what was written, tells the client its exit status and hangs up. */
  close(status: number): void;
}
