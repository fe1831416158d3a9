import type { WantedChannel } from '#/contract/session-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Answer } from './answers.js';

interface Seen {
  /** Null: it did not end by itself. */
  readonly status: number | null;
  readonly answer: Answer | null;
  /** Not a byte came of it. */
  readonly silent: boolean;
}

/**
 * Why nothing ran on a channel that the target had opened; null: something did, as far as can be told. The client in the
 * box says no word of it, and one of sftp no more to its person than that a connection is closed.
 */
export function notRun(kind: WantedChannel['kind'], { status, answer, silent }: Seen): Failure | null {
  const why = answer === null || answer === 'accepted' ? null : ANSWERED[answer];
  if (kind !== 'subsystem') return why === null ? null : failure('REQUEST_REFUSED', why);
  if (why !== null) return failure('SFTP_FAILED', why);
  if (!silent || status === null || status === 0) return null;
  return failure(
    'SFTP_FAILED',
    status === 255 ? ANSWERED.refused : `its server for them ended with status ${status}`,
  );
}

const ANSWERED = {
  refused: 'its SSH server refuses it',
  none: 'it did not answer when it was asked',
} as const;
