import type { FromMonitor, LiveFrame } from '#/contract/replay-link.js';
import type { Overseen } from '#/contract/watch-link.js';
import type { Failure } from '#/domain/failure.js';
import type { Ending } from '#/domain/session.js';

/** A session that is watched, as the monitor tells it. The last picture stays when it is over. */
export interface WatchState {
  readonly frame: LiveFrame | null;
  readonly ending: Ending | null;
  readonly failure: Failure | null;
  /** What is done with it; null: not told yet. */
  readonly overseen: Overseen | null;
}

export const notYetWatching: WatchState = { frame: null, ending: null, failure: null, overseen: null };

/** Whether what is typed reaches the session. */
export function hasKeyboard({ overseen, ending, failure }: WatchState): boolean {
  return overseen?.mine === true && ending === null && failure === null;
}

export interface WatchAction {
  readonly message: FromMonitor;
}

export function watchReducer(state: WatchState, { message }: WatchAction): WatchState {
  if (message.type === 'live') return { ...state, frame: message };
  if (message.type === 'overseen') return { ...state, overseen: message };
  if (message.type === 'over') return { ...state, ending: message.ending };
  return message.type === 'failed' ? { ...state, failure: message.failure } : state;
}
