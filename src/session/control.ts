import type { Ending } from '#/domain/session.js';
import { type EndingState, endWith, OPEN } from './ending.js';

/** The one way to end a session: everything that runs for it hangs on the signal. */
export interface Control {
  /** Later reasons than the first are not heard. */
  readonly end: (ending: Ending) => void;
  readonly signal: AbortSignal;
  /** Null while the session is open. */
  readonly reason: Ending | null;
  readonly ended: Promise<Ending>;
}

export function createControl(): Control {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let state: EndingState = OPEN;
  return {
    end(ending) {
      if (state.kind === 'ended') return;
      state = endWith(state, ending);
      resolve(ending);
      controller.abort(ending);
    },
    signal: controller.signal,
    get reason() {
      return state.kind === 'ended' ? state.ending : null;
    },
    ended: promise,
  };
}
