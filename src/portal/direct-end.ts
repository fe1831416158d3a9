import type { Failure } from '#/domain/failure.js';
import { endingWords } from './ending-words.js';
import type { SessionResult } from './services.js';
import { shown } from './text.js';

/** What a person's connection ends with: an exit status, and a last line on his terminal. */
export interface PortalEnd {
  readonly status: number;
  readonly words: string | null;
}

export const LEFT: PortalEnd = { status: 0, words: null };
/** What ssh itself ends with when it was not the command. */
export const NOT_CONNECTED = 255;

/** How a connection ends that was for one session: as that did, or with 255 and the reason. */
export function directEnd(account: string, result: SessionResult): PortalEnd {
  if (result.kind === 'failed') return { status: NOT_CONNECTED, words: failureWords(result.failure) };
  if (result.kind === 'detached')
    return { status: NOT_CONNECTED, words: `${shown(account)}: detached, the session runs on.` };
  const { ending } = result;
  if (ending.kind === 'exited' && ending.signal === null) return { status: ending.status, words: null };
  return { status: NOT_CONNECTED, words: `${shown(account)}: ${endingWords(ending)}` };
}

function failureWords({ code, side, stage, message, next }: Failure): string {
  const where = side === 'ours' ? 'our side' : "the target's side";
  return `${shown(message)} [${code}, ${where}${stage === null ? '' : `, stage ${stage}`}] ${shown(next)}`;
}
