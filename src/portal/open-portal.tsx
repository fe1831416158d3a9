import type { Readable, Writable } from 'node:stream';
import { render } from 'ink';
import type { Failure } from '#/domain/failure.js';
import type { Clock, Portal as PortalTools } from './context.js';
import { InkKeyboard, InkScreen, type SizeSource } from './ink-streams.js';
import { createKeyboard } from './keyboard.js';
import { createMemory, type Memory } from './memory.js';
import { Portal } from './portal.js';
import { firstState, portalReducer } from './portal-state.js';
import { RESTORE_TERMINAL } from './restore-terminal.js';
import type { LoggedIn, PortalServices, RawTerminal } from './services.js';
import { createStore } from './store.js';
import { createStrokeQueue } from './stroke-queue.js';
import { makeTheme, type TerminalAbilities } from './theme.js';

export interface PortalOptions {
  /** The person's terminal, raw: nobody sets an encoding on these. */
  readonly input: Readable;
  readonly output: Writable;
  readonly size: SizeSource;
  /** The user name that the door was given; fills in the login. */
  readonly prefilledUser: string;
  /** Set when a key already proved who it is. */
  readonly loggedIn?: LoggedIn;
  readonly services: PortalServices;
  readonly clock: Clock;
  readonly env: TerminalAbilities;
  /** A screen broke; the portal has closed. For the log. */
  readonly onCrash?: (error: unknown) => void;
}

export interface OpenPortal {
  /** Settles when the person left, close() was called, or a screen broke. Never rejects. The terminal is restored. */
  readonly finished: Promise<void>;
  /** A line at the bottom of whatever is in sight. */
  readonly notify: (text: string) => void;
  readonly close: () => void;
}

/** The portal asks again this often while it cannot be opened. */
const RETRY = 2000;

/** Opens the screens on a person's terminal. The only call to Ink's render. */
export function openPortal({
  input,
  output,
  size,
  prefilledUser,
  loggedIn,
  services,
  clock,
  env,
  onCrash,
}: PortalOptions): OpenPortal {
  const screen = new InkScreen(output, size, env.unicode);
  const inkKeyboard = new InkKeyboard(input);
  const keyboard = createKeyboard();
  const strokes = createStrokeQueue((stroke) => keyboard.press(stroke));
  const state = createStore(portalReducer, firstState(loggedIn ?? null));
  let memory: Memory = createMemory();
  let leaving = false;

  const portal: PortalTools = {
    state,
    get memory() {
      return memory;
    },
    keyboard,
    clock,
    size: () => ({ columns: screen.columns, rows: screen.rows }),
    lend,
    failed(failure: Failure) {
      if (failure.code === 'NOT_LOGGED_IN') {
        memory = createMemory();
        state.dispatch({ type: 'loggedOut', why: `${failure.message} ${failure.next}` });
      } else
        state.dispatch({
          type: 'notice',
          notice: { tone: 'bad', text: `${failure.message} ${failure.next}` },
        });
    },
    leave() {
      if (leaving) return;
      leaving = true;
      if (state.now().person === null) close();
      else void services.logout().then(close, close);
    },
    congested: () => screen.writableNeedDrain || output.writableNeedDrain,
    whenFree: (run) => whenDrained(screen.writableNeedDrain ? screen : output, run),
  };

  /** Ink keeps off by now. What it wrote goes out first; what a session leaves switched on is switched off. */
  async function lend<T>(borrow: (terminal: RawTerminal) => Promise<T>): Promise<T> {
    strokes.clear();
    await screen.flushed();
    const onResize: RawTerminal['onResize'] = (listener) => size.onChange(() => listener(portal.size()));
    try {
      return await borrow({ input, output, size: portal.size, onResize });
    } finally {
      if (!output.destroyed && !output.writableEnded) output.write(RESTORE_TERMINAL);
    }
  }

  const ink = render(
    <Portal
      portal={portal}
      services={services}
      theme={makeTheme(env)}
      strokes={strokes}
      prefilledUser={prefilledUser}
    />,
    {
      stdout: screen,
      stdin: inkKeyboard as unknown as NodeJS.ReadStream,
      stderr: screen,
      interactive: true,
      exitOnCtrlC: false,
      patchConsole: false,
      alternateScreen: true,
      incrementalRendering: true,
      // a key is on the screen within 20 ms
      maxFps: 60,
    },
  );
  const stopAsking = keepAsking();
  const finished = ink
    .waitUntilExit()
    .then(
      () => undefined,
      (error: unknown) => onCrash?.(error),
    )
    .then(end, end);

  function close(): void {
    ink.unmount();
  }

  async function end(): Promise<void> {
    stopAsking();
    ink.cleanup();
    await screen.flushed();
    inkKeyboard.setRawMode(false);
    screen.destroy();
    inkKeyboard.destroy();
  }

  /** Opens the portal (its configuration, as PVWAApp), again and again while the vault does not answer. */
  function keepAsking(): () => void {
    let asking = false;
    const open = (): void => {
      if (asking || (state.now().configuration !== null && state.now().closedWhy === null)) return;
      asking = true;
      void services.configuration().then((outcome) => {
        asking = false;
        state.dispatch(
          outcome.ok
            ? { type: 'opened', configuration: outcome.value }
            : { type: 'closed', failure: outcome.failure },
        );
      });
    };
    open();
    return clock.every(RETRY, open);
  }

  return {
    finished,
    notify: (text) => state.dispatch({ type: 'notice', notice: { tone: 'warning', text } }),
    close,
  };
}

function whenDrained(stream: Writable, run: () => void): () => void {
  stream.once('drain', run);
  return () => void stream.off('drain', run);
}
