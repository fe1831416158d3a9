import { z } from 'zod';
import type { Failure } from '#/domain/failure.js';
import type { Ending, TerminalSize } from '#/domain/session.js';

/** Monitor to session host, once: a JSON frame. The way back is all that follows; nothing else is heard. */
export const toWatchedHost = z.strictObject({
  type: z.literal('watch'),
  permit: z.string().max(1024),
  sessionId: z.string().max(64),
});
export type ToWatchedHost = z.infer<typeof toWatchedHost>;

/** Session host to monitor, JSON frames; the session's output is data frames. */
export type FromWatchedHost =
  /** A fresh terminal of this size; the data that follow first draw the exact screen on it. Again after a viewer fell behind. */
  | ({ readonly type: 'screen' } & TerminalSize)
  | ({ readonly type: 'resize' } & TerminalSize)
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'failed'; readonly failure: Failure };
