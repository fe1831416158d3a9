import type { FromMonitor, LiveFrame } from '#/contract/replay-link.js';
import type { Failure } from '#/domain/failure.js';
import type { Ending } from '#/domain/session.js';

/** A session that is watched, as the monitor tells it. The last picture stays when it is over. */
export interface WatchState {
  readonly frame: LiveFrame | null;
  readonly ending: Ending | null;
  readonly failure: Failure | null;
}

export const notYetWatching: WatchState = { frame: null, ending: null, failure: null };

export interface WatchAction {
  readonly message: FromMonitor;
}

export function watchReducer(state: WatchState, { message }: WatchAction): WatchState {
  if (message.type === 'live') return { ...state, frame: message };
  if (message.type === 'over') return { ...state, ending: message.ending };
  return message.type === 'failed' ? { ...state, failure: message.failure } : state;
}
