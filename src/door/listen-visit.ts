import type { DirectLogin } from './direct-visit.js';
import type { BackChannel, Place } from './lends.js';

/** A place where somebody wants the target to listen for him: `ssh -R`. Nothing listens yet. */
export interface ListenVisit extends DirectLogin {
  /** The client's address. */
  readonly from: string;
  /** The ssh user name as typed. */
  readonly user: string;
  /** As the client names it: host '' is all addresses of the target, port 0 leaves the port to it. */
  readonly at: Place;
  /** Aborted when the client is gone or wants it no more. */
  readonly gone: AbortSignal;
  /** Aborted when the door is about to hang up. */
  readonly dismissed: AbortSignal;
  /** The target listens, at this port. */
  opened(port: number): void;
  /** A connection came in; null: the client does not take it. */
  readonly connect: (from: Place) => Promise<BackChannel | null>;
  /** It does not come to listen, or no more. */
  refuse(sentence: string): void;
  /** The vault says that this login is over. */
  forgotten(): void;
}
