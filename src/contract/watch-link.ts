import { z } from 'zod';
import type { Failure } from '#/domain/failure.js';
import type { Ending, TerminalSize } from '#/domain/session.js';

/** Monitor to session host, first: a JSON frame. */
export const toWatchedHost = z.strictObject({
  type: z.literal('watch'),
  permit: z.string().max(1024),
  sessionId: z.string().max(64),
});
export type ToWatchedHost = z.infer<typeof toWatchedHost>;

/**
 * Then, to take over the keyboard, a permit for exactly that; only after the vault took it are data frames heard, as keys.
 * Without one the way back is all there is: whatever else is said ends the connection.
 */
export const toControlledHost = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('control'), permit: z.string().max(1024) }),
  z.strictObject({ type: z.literal('hand-back') }),
]);
export type ToControlledHost = z.infer<typeof toControlledHost>;

/** What others do with a session, and who is there. */
export interface Overseen {
  /** Who has taken over the keyboard. */
  readonly typing: string | null;
  /** It is this viewer. */
  readonly mine: boolean;
  readonly suspended: { readonly by: string; readonly reason: string; readonly frozen: boolean } | null;
  readonly viewers: readonly string[];
  /** Connections that watch it; one viewer may have several. */
  readonly watching: number;
}

/** Session host to monitor, JSON frames; the session's output is data frames. */
export type FromWatchedHost =
  /** A fresh terminal of this size; the data that follow first draw the exact screen on it. Again after a viewer fell behind. */
  | ({ readonly type: 'screen' } & TerminalSize)
  | ({ readonly type: 'resize' } & TerminalSize)
  | ({ readonly type: 'overseen' } & Overseen)
  /** The keyboard is not his (any more); he watches on. */
  | { readonly type: 'no-control'; readonly failure: Failure }
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'failed'; readonly failure: Failure };
