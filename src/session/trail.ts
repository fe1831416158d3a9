import { type Failure, failure } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { Ending } from '#/domain/session.js';
import type { OpenTape } from '#/recorder/tape.js';
import type { LiveSession } from './live-session.js';
import type { LoginRefused } from './login-result.js';
import type { Returns } from './returns.js';
import type { TapeFacts } from './tape-facts.js';
import type { Steps } from './walk.js';

/** What runs for a session: a client in a box of its own, or a channel of a login. */
export interface RunningClient {
  /** After its last byte. A failure: the target did not run what was asked for. */
  readonly ending: Promise<Ending | Failure>;
  /** Ends it; resolves with why that failed, or null. */
  stop(): Promise<string | null>;
  destroy(): void;
}

/** What the walk leaves for its end, as it comes into being. */
export interface Trail {
  landed: boolean;
  user: string | null;
  tape: OpenTape | null;
  facts: TapeFacts | null;
  live: LiveSession | null;
  client: RunningClient | null;
  /** What the target may connect to of the person's; null: nothing. */
  returns: Returns | null;
  /** The key that the target showed, when it was not the pinned one, and the pinned one. */
  keys: { readonly offered: HostKey; readonly pinned: HostKey } | null;
}

/** The target did not let the client in; a key that it showed instead of the pinned one is kept for its re-approval. */
export async function loginRefused(
  { parts, message }: Steps,
  trail: Trail,
  refused: LoginRefused,
  pinned: HostKey,
): Promise<Outcome<never>> {
  if (refused.offered !== null) {
    trail.keys = { offered: refused.offered, pinned };
    // the vault keeps what was shown, so that exactly this key can be re-approved
    await parts.vault.ask('session.hostKey', { sessionId: message.sessionId, key: refused.offered });
  }
  return failed(refused.failure);
}

export const GONE = failed(failure('SESSION_GONE'));
