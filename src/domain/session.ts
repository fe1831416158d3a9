import type { Stage } from './failure.js';

/** The steps of a session as people see them while it is being connected. */
export const STAGES: Readonly<Record<Stage, string>> = {
  0: 'checking your access',
  1: 'handing over to a session host',
  2: 'PVWAApp retrieves PSMServer from safe PSM',
  3: 'PSMConnect takes the session',
  4: 'PSMGW retrieves the secret',
  5: 'recorder, shadow identity, sandbox, target port',
  6: 'the recording notice',
  7: 'authenticating to the target',
  8: 'in session',
  9: 'sealing the recording',
};

/** The notice, shown before the first byte from the target. */
export const NOTICE = 'Your session is being recorded.';

/** Why a session ended. The first reason wins and is what the audit says. */
export type Ending =
  | { readonly kind: 'exited'; readonly status: number; readonly signal: number | null }
  | { readonly kind: 'owner-ended' }
  | { readonly kind: 'terminated'; readonly by: string; readonly reason: string }
  | { readonly kind: 'idle'; readonly minutes: number }
  | { readonly kind: 'time-limit'; readonly minutes: number }
  | { readonly kind: 'owner-lost'; readonly minutes: number }
  | { readonly kind: 'target-lost'; readonly detail: string }
  | { readonly kind: 'recorder-failed'; readonly detail: string }
  | { readonly kind: 'session-host-died' }
  | { readonly kind: 'drained' }
  | { readonly kind: 'failed'; readonly code: string; readonly stage: Stage; readonly message: string };

/** The documented union of outcomes in lists and JSON. */
export const OUTCOMES = [
  'running',
  'exited',
  'owner-ended',
  'terminated',
  'idle',
  'time-limit',
  'owner-lost',
  'target-lost',
  'recorder-failed',
  'session-host-died',
  'drained',
  'failed',
  'cut',
] as const;
export type SessionOutcome = (typeof OUTCOMES)[number];

/** How strong the walls around a client program are: 3 box, 2 ids + Landlock + seccomp, 1 ids, 0 none. */
export type IsolationLevel = 0 | 1 | 2 | 3;

/** Limits of a session; minutes, 0 = none. */
export interface SessionLimits {
  readonly idleMinutes: number;
  readonly maximumMinutes: number;
  /** How long a session lives on without a client. */
  readonly graceMinutes: number;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Brings any size a client may send into what ptys and models can carry: 1 to 1000 columns, 1 to 500 rows; 0 means 80x24. */
export function clampSize(columns: number, rows: number): TerminalSize {
  const fit = (value: number, otherwise: number, most: number): number =>
    Number.isInteger(value) && value > 0 ? Math.min(value, most) : otherwise;
  return { columns: fit(columns, 80, 1000), rows: fit(rows, 24, 500) };
}

/** A TERM value that may be handed on; anything odd becomes xterm-256color. */
export function cleanTerm(term: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(term) ? term : 'xterm-256color';
}
