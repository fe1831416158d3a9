import type { RecordingRow } from './rows.js';

/** What the player wants to know before anything else: format "segmented", version 1. Times are seconds. */
export interface WebIndex {
  readonly version: 1;
  readonly duration: number;
  readonly term: { readonly cols: number; readonly rows: number };
  readonly markers: readonly (readonly [at: number, label: string])[];
  readonly segments: readonly { readonly start: number; readonly url: string }[];
}

/** A part of the recording that can be played from its start, knowing nothing of what was before. */
export interface WebSegment {
  readonly snapshot: { readonly cols: number; readonly rows: number; readonly init: string };
  readonly events: readonly (readonly [at: number, code: 'o' | 'r', data: string])[];
}

/** Lines with their moments, in order of time, that stand from the place `from` on, in place of what was there; `done`: there are no more. */
export interface WebTranscript {
  readonly from: number;
  readonly lines: readonly (readonly [at: number, text: string])[];
  readonly done: boolean;
}

/** What a page shows beside the picture. */
export interface WebAbout {
  readonly row: RecordingRow;
  readonly complete: boolean;
  /** Its session runs: it grows, and its present can be followed. */
  readonly running: boolean;
}

/** What came to a recording whose session runs. */
export interface WebNews {
  /** From here on it is asked for the next time. */
  readonly next: number;
  readonly running: boolean;
  /** Seconds. */
  readonly duration: number;
  /** A fresh terminal, on which the events lead to the present; null: they go on from where the last ones ended. */
  readonly snapshot: WebSegment['snapshot'] | null;
  readonly events: WebSegment['events'];
}
