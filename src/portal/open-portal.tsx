import type { Readable, Writable } from 'node:stream';
import { type Instance, render } from 'ink';
import type { ReactNode } from 'react';
import { carefulServices } from './careful-services.js';
import type { Clock } from './context.js';
import { LEFT, type PortalEnd } from './direct-end.js';
import { InkKeyboard, InkScreen, type SizeSource } from './ink-streams.js';
import { keepAsking } from './keep-asking.js';
import { createKeyboard } from './keyboard.js';
import { lendTerminal } from './lend-terminal.js';
import { Portal } from './portal.js';
import { portalTools } from './portal-tools.js';
import type { LoggedIn, PortalServices } from './services.js';
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
  /** The user name says where to go: services.destination() knows. */
  readonly direct?: boolean;
  readonly services: PortalServices;
  readonly clock: Clock;
  readonly env: TerminalAbilities;
  /** A screen broke; the portal has closed. For the log. */
  readonly onCrash?: (error: unknown) => void;
}

export interface OpenPortal {
  /** Settles when the person left, close() was called, or a screen broke. Never rejects. The terminal is restored. */
  readonly finished: Promise<PortalEnd>;
  /** A line at the bottom of whatever is in sight. */
  readonly notify: (text: string) => void;
  readonly close: () => void;
}

/** A client that takes nothing more is waited for this long at the end. */
const FAREWELL = 1000;

/** Opens the screens on a person's terminal. */
export function openPortal(options: PortalOptions): OpenPortal {
  const { input, output, size, clock, env } = options;
  const services = carefulServices(options.services);
  const screen = new InkScreen(output, size, env.unicode);
  const inkKeyboard = new InkKeyboard(input);
  const keyboard = createKeyboard();
  const strokes = createStrokeQueue(
    (stroke) => keyboard.press(stroke),
    (error) => close(error),
  );
  let last = LEFT;
  const portal = portalTools({
    screen,
    output,
    keyboard,
    clock,
    services,
    loggedIn: options.loggedIn ?? null,
    direct: options.direct ?? false,
    lend(borrow) {
      strokes.clear();
      return lendTerminal({ screen, input, output, size }, borrow);
    },
    capture(typed) {
      strokes.clear();
      inkKeyboard.divert(typed);
      return () => inkKeyboard.divert(null);
    },
    close: (error) => close(error),
    end(status, words) {
      last = { status, words };
      close();
    },
  });
  const ink = drawOn(
    screen,
    inkKeyboard,
    <Portal
      portal={portal}
      services={services}
      theme={makeTheme(env)}
      strokes={strokes}
      prefilledUser={options.prefilledUser}
    />,
  );
  const crashed = (error: unknown): void => options.onCrash?.(error);
  const close = (error?: unknown): void => {
    if (error !== undefined) crashed(error);
    ink.unmount();
    // a client that takes nothing more would hold up even the end
    const stop = clock.every(FAREWELL, () => {
      stop();
      screen.destroy();
    });
    void finished.then(stop);
  };
  const stopAsking = keepAsking(services, portal.state, clock);
  const end = async (): Promise<void> => {
    stopAsking();
    ink.cleanup();
    await screen.flushed();
    inkKeyboard.setRawMode(false);
    screen.destroy();
    inkKeyboard.destroy();
  };
  const finished = ink
    .waitUntilExit()
    .then(() => undefined, crashed)
    .then(end, end)
    .then(() => last);
  return {
    finished,
    notify: (text) => portal.state.dispatch({ type: 'notice', notice: { tone: 'warning', text } }),
    close: () => close(),
  };
}

/** The only call to Ink's render. */
function drawOn(screen: InkScreen, keyboard: InkKeyboard, screens: ReactNode): Instance {
  // Ink draws at once what it is given first, and then what has come of it a frame later. The screens get that second frame:
  // their keys and most answers are there by then, so that what is drawn first is whole
  const ink = render(null, {
    stdout: screen,
    // Ink asks no more of an input stream than this one has
    stdin: keyboard as unknown as NodeJS.ReadStream,
    stderr: screen,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
    alternateScreen: true,
    incrementalRendering: true,
    // a key is on the screen within 20 ms
    maxFps: 60,
  });
  ink.rerender(screens);
  return ink;
}
