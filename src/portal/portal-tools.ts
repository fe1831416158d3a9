import type { Writable } from 'node:stream';
import type { Failure } from '#/domain/failure.js';
import type { Clock, Portal } from './context.js';
import type { InkScreen } from './ink-streams.js';
import type { Keyboard } from './keyboard.js';
import { createMemory } from './memory.js';
import { firstState, portalReducer } from './portal-state.js';
import type { LoggedIn, PortalServices } from './services.js';
import { createStore } from './store.js';

export interface ToolsOptions {
  readonly screen: InkScreen;
  readonly output: Writable;
  readonly keyboard: Keyboard;
  readonly clock: Clock;
  readonly services: PortalServices;
  readonly loggedIn: LoggedIn | null;
  readonly direct: boolean;
  readonly lend: Portal['lend'];
  readonly capture: Portal['capture'];
  /** Closes the portal; with an error when it broke. */
  readonly close: (error?: unknown) => void;
  /** Closes it, with what the connection ends with. */
  readonly end: Portal['end'];
}

/** What the screens of one person share. */
export function portalTools(options: ToolsOptions): Portal {
  const { screen, output, keyboard, clock, services, loggedIn, direct, lend, capture, close, end } = options;
  const state = createStore(portalReducer, firstState(loggedIn, direct));
  let memory = createMemory();
  let leaving = false;
  const after: Portal['after'] = (answer, then) => void answer.then(then).catch(close);
  return {
    state,
    get memory() {
      return memory;
    },
    keyboard,
    clock,
    size: () => ({ columns: screen.columns, rows: screen.rows }),
    lend,
    capture,
    end,
    after,
    failed(failure: Failure) {
      const text = `${failure.message} ${failure.next}`;
      if (failure.code !== 'NOT_LOGGED_IN')
        return state.dispatch({ type: 'notice', notice: { tone: 'bad', text } });
      // who logs in next on this terminal may be somebody else
      memory = createMemory();
      state.dispatch({ type: 'loggedOut', why: text });
    },
    copy: (bytes) => void output.write(`\u001b]52;c;${bytes.toString('base64')}\u0007`),
    leave() {
      if (leaving) return;
      leaving = true;
      if (state.now().person === null) close();
      else after(services.logout(), () => close());
    },
    congested: () => screen.writableNeedDrain || output.writableNeedDrain,
    whenFree: (run) => whenDrained(screen.writableNeedDrain ? screen : output, run),
  };
}

function whenDrained(stream: Writable, run: () => void): () => void {
  stream.once('drain', run);
  return () => void stream.off('drain', run);
}
