import { createContext, useContext } from 'react';
import type { Failure } from '#/domain/failure.js';
import type { TerminalSize } from '#/domain/session.js';
import type { Keyboard } from './keyboard.js';
import type { Memory } from './memory.js';
import type { PortalAction, PortalState } from './portal-state.js';
import type { PortalServices, RawTerminal } from './services.js';
import type { Store } from './store.js';
import type { Theme } from './theme.js';

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  readonly now: () => number;
  /** Runs again and again until the result is called. */
  readonly every: (ms: number, run: () => void) => () => void;
}

/** What every screen may use beside its own state. */
export interface Portal {
  readonly state: Store<PortalState, PortalAction>;
  readonly memory: Memory;
  readonly keyboard: Keyboard;
  readonly clock: Clock;
  /** The size of the person's terminal now. */
  readonly size: () => TerminalSize;
  /** The person's terminal, while Ink keeps away from it. */
  readonly lend: <T>(use: (terminal: RawTerminal) => Promise<T>) => Promise<T>;
  /** Everything that is typed goes there as raw bytes, until the result is called: no screen hears a key meanwhile. */
  readonly capture: (typed: (bytes: Buffer) => void) => () => void;
  /** Shows a failure at the bottom, or the login screen when it says that the login is over. */
  readonly failed: (failure: Failure) => void;
  /** What to do with an answer. Should that break, this portal closes; the others on the process hear nothing of it. */
  readonly after: <T>(answer: Promise<T>, then: (value: T) => void) => void;
  /** Puts bytes on the clipboard of the person's terminal (OSC 52): only when he asks for it. */
  readonly copy: (bytes: Buffer) => void;
  /** Closes, with an exit status and a last line for the person. */
  readonly end: (status: number, words: string | null) => void;
  /** Logs out and closes. */
  readonly leave: () => void;
  /** Whether the person's terminal takes no more for now; `whenFree` runs once when it does again. */
  readonly congested: () => boolean;
  readonly whenFree: (run: () => void) => () => void;
}

function missing(what: string): never {
  throw new Error(`${what} is used outside of the portal`);
}

export const ServicesContext = createContext<PortalServices | null>(null);
export const ThemeContext = createContext<Theme | null>(null);
export const PortalContext = createContext<Portal | null>(null);
/** Room for the screen between header and footer. */
export const RoomContext = createContext<TerminalSize>({ columns: 80, rows: 18 });

export const useServices = (): PortalServices => useContext(ServicesContext) ?? missing('useServices');
export const useTheme = (): Theme => useContext(ThemeContext) ?? missing('useTheme');
export const usePortal = (): Portal => useContext(PortalContext) ?? missing('usePortal');
export const useRoom = (): TerminalSize => useContext(RoomContext);
