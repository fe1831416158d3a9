import { type Failure, oneLine } from '#/domain/failure.js';
import { type Ending, NOTICE } from '#/domain/session.js';

/** The life of a session, as far as its end goes: the first reason wins and is what the audit says. */
export type EndingState = { readonly kind: 'open' } | { readonly kind: 'ended'; readonly ending: Ending };

export const OPEN: EndingState = { kind: 'open' };

export function endWith(state: EndingState, ending: Ending): EndingState {
  return state.kind === 'open' ? { kind: 'ended', ending } : state;
}

export function failedEnding(failure: Failure): Ending {
  return { kind: 'failed', code: failure.code, stage: failure.stage ?? 5, message: failure.message };
}

/** Questions without an answer, after which the client gives up (ServerAliveCountMax). */
export const UNANSWERED = 3;

/** What the client's exit after a login means. 255 is ssh's own word for trouble, or the remote program's. */
export function endingOfClient(
  exit: { readonly status: number; readonly signal: number | null },
  target: { readonly targetWentFirst: string | null; readonly silence: number },
  keepAliveSeconds: number,
): Ending {
  if (exit.status !== 255) return { kind: 'exited', ...exit };
  if (target.targetWentFirst !== null) return { kind: 'target-lost', detail: target.targetWentFirst };
  // somewhat less: the answers to its questions are on their way for a while
  if (target.silence >= keepAliveSeconds * UNANSWERED * 850)
    return { kind: 'target-lost', detail: 'it does not answer any more' };
  return { kind: 'exited', ...exit };
}

/** The line that a person sees in the terminal when something else than the program ended the session; null: none is needed. */
export function lastLine(ending: Ending): string | null {
  switch (ending.kind) {
    case 'terminated':
      return `This session was ended by ${oneLine(ending.by)}: ${oneLine(ending.reason, 1000)}`;
    case 'idle':
      return `This session was ended after ${ending.minutes} min without a key.`;
    case 'time-limit':
      return `This session was ended at its limit of ${ending.minutes} min.`;
    case 'target-lost':
      return `The connection to the target was lost (${ending.detail}).`;
    case 'recorder-failed':
      return `The recorder failed (${ending.detail}), so this session was ended.`;
    case 'drained':
      return 'Postern is stopping, so this session was ended. Its recording is kept.';
    case 'exited':
    case 'owner-ended':
    case 'owner-lost':
    case 'session-host-died':
    case 'failed':
      return null;
    default:
      return ending satisfies never;
  }
}

/** The first data of every session. */
export const NOTICE_LINE = `${NOTICE}\r\n`;
