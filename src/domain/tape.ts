import { type Activity, activityLine } from './activity.js';

/** What happens in a session, in time order. `at` is milliseconds since the session's first event. */
export type TapeEvent =
  | { readonly at: number; readonly kind: 'output'; readonly bytes: Buffer }
  | { readonly at: number; readonly kind: 'input'; readonly bytes: Buffer }
  | { readonly at: number; readonly kind: 'resize'; readonly columns: number; readonly rows: number }
  | { readonly at: number; readonly kind: 'marker'; readonly label: string }
  | { readonly at: number; readonly kind: 'activity'; readonly activity: Activity }
  | { readonly at: number; readonly kind: 'exit'; readonly status: number };

/** What a player may stop at; null: nothing. */
export function markerLabel(event: TapeEvent): string | null {
  if (event.kind === 'marker') return event.label;
  return event.kind === 'activity' ? activityLine(event.activity) : null;
}

/** The exact screen at one moment, as escape sequences that draw it on a fresh terminal of the size. */
export interface Keyframe {
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
  /** Ends with whatever escape sequence was begun but not finished at that moment, so that what follows completes it. */
  readonly screen: string;
  /** How many bytes of output it shows, counted from the session's first; absent: all that were taped before it. */
  readonly outputBytes?: number;
}

/** TERM of a session without a terminal: lines end with a bare newline there. */
export const NO_TERMINAL = 'none';

/** What stands at the head of every recording, authenticated but not encrypted: no secrets, no screen contents. */
export interface TapeHeader {
  readonly format: 1;
  readonly recordingId: string;
  readonly startedAt: number;
  readonly user: string;
  /** user@address of the account. */
  readonly account: string;
  readonly accountId: string;
  readonly safe: string;
  /** The recording safe, whose public key the events are encrypted to. */
  readonly recordingSafe: string;
  readonly columns: number;
  readonly rows: number;
  readonly term: string;
  /** base64 of the raw 32 byte X25519 public key of the recording safe, and of this recording's ephemeral one. */
  readonly recipient: string;
  readonly ephemeral: string;
  /** Absent: written before tapes had segments of text. */
  readonly text?: true;
}
