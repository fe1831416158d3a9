import { z } from 'zod';
import type { Failure } from '#/domain/failure.js';
import type { Ending } from '#/domain/session.js';
import type { TextKind, TextLine } from '#/domain/tape-text.js';
import type { RecordingRow } from './rows.js';
import type { Overseen } from './watch-link.js';
import type { WebAbout, WebIndex } from './web-page.js';

const size = { columns: z.int(), rows: z.int() };
const permit = z.string().max(1024);

export const exportFormat = z.enum(['v2', 'v3', 'txt', 'html', 'bundle']);

/** Portal or CLI to the monitor, JSON frames. `columns` and `rows` are the room for the picture at the viewer's. */
export const toMonitor = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('replay'), permit, ...size }),
  /** `host`: the number of the session host that the session lives in. */
  z.strictObject({
    type: z.literal('watch'),
    permit,
    sessionId: z.string().max(64),
    host: z.int().min(0).max(1000),
    ...size,
  }),
  z.strictObject({
    type: z.literal('export'),
    permit,
    format: exportFormat,
  }),
  z.strictObject({ type: z.literal('verify'), permit }),
  /** The names of all files that look like stored tapes, one a line: for the console only. */
  z.strictObject({ type: z.literal('tapes') }),
  /** A recording for a browser, which then asks for its parts one by one: each is data frames and 'done'. */
  z.strictObject({ type: z.literal('page'), permit }),
  z.strictObject({ type: z.literal('page-segment'), number: z.int().min(0) }),
  z.strictObject({ type: z.literal('page-transcript') }),
  /** As it is now. */
  z.strictObject({ type: z.literal('page-index') }),
  /** `from`: as the last answer said; 0: at first. */
  z.strictObject({ type: z.literal('page-news'), from: z.int().min(0) }),
  /** The permit says for what, and among which recordings. At most so many hits. */
  z.strictObject({ type: z.literal('search'), permit, most: z.int().min(1).max(5000) }),
  z.strictObject({ type: z.literal('play') }),
  z.strictObject({ type: z.literal('pause') }),
  /** Milliseconds on the tape. */
  z.strictObject({ type: z.literal('seek'), to: z.number() }),
  z.strictObject({ type: z.literal('speed'), factor: z.number().min(0.25).max(16) }),
  /** `only`: of commands. */
  z.strictObject({
    type: z.literal('marker'),
    direction: z.enum(['next', 'previous']),
    only: z.literal('commands').optional(),
  }),
  /** To the next thing that was shown, or the one before; pauses. */
  z.strictObject({ type: z.literal('step'), direction: z.enum(['next', 'previous']) }),
  /** So many rows of the transcript beside the picture, 0: none; from that line on, null: it follows. */
  z.strictObject({
    type: z.literal('transcript'),
    rows: z.int().min(0).max(500),
    from: z.int().min(0).nullable(),
  }),
  /** Pauses on the tape longer than this many milliseconds are shortened to it; 0: as they were. */
  z.strictObject({ type: z.literal('idle'), limit: z.number().min(0) }),
  z.strictObject({ type: z.literal('resize'), ...size }),
  /** By so many cells of the screen, either way; the picture stays within it. By none: back to where the cursor is. */
  z.strictObject({ type: z.literal('scroll'), columns: z.int(), rows: z.int() }),
  /** Of a session that is watched: takes over its keyboard. What is typed then comes in data frames, until it is handed back. */
  z.strictObject({ type: z.literal('control'), permit }),
  z.strictObject({ type: z.literal('hand-back') }),
]);
export type ToMonitor = z.infer<typeof toMonitor>;
/** What a page asks for once it is open. */
export type PageQuestion = Extract<
  ToMonitor,
  { type: 'page-segment' | 'page-transcript' | 'page-index' | 'page-news' }
>;
/** What opens something; everything else is said of what is open. */
export type MonitorRequest = Extract<
  ToMonitor,
  { type: 'replay' | 'watch' | 'export' | 'verify' | 'tapes' | 'page' | 'search' }
>;

/** A run of cells of one look. Text is neutralised: no control, no escape, no invisible format characters. */
export interface CellRun {
  readonly text: string;
  /** 0-255 palette, or '#rrggbb'; absent: the default. */
  readonly fg?: number | string;
  readonly bg?: number | string;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly inverse?: true;
}

/** A part of a terminal's screen. */
export interface PictureFrame {
  /** The terminal's size, and which cell of it is at the top left of `lines`. */
  readonly columns: number;
  readonly rows: number;
  readonly left: number;
  readonly top: number;
  readonly lines: readonly (readonly CellRun[])[];
  /** In cells of `lines`; null: hidden or out of the picture. */
  readonly cursor: { readonly column: number; readonly row: number } | null;
}

export interface ReplayFrame extends PictureFrame {
  readonly type: 'frame';
  readonly at: number;
  /** 'following': at the present of a session that runs. */
  readonly state: 'playing' | 'paused' | 'following' | 'ended';
  readonly speed: number;
  readonly idleLimit: number;
}

/** A part of the transcript. */
export interface TranscriptFrame {
  readonly type: 'transcript';
  /** The number of its first line, of so many that are known by now. */
  readonly first: number;
  readonly total: number;
  /** The last one that was there at the moment of the picture; -1: none. */
  readonly current: number;
  /** There will be no more. */
  readonly whole: boolean;
  readonly lines: readonly TextLine[];
}

/** What a running session shows now. */
export interface LiveFrame extends PictureFrame {
  readonly type: 'live';
}

/** A line of a recording with what was looked for; harmless to show. */
export interface SearchHit {
  readonly recording: RecordingRow;
  /** Milliseconds on its tape. */
  readonly at: number;
  readonly kind: TextKind;
  readonly line: string;
}

/** How far a search is. */
export interface SearchProgress {
  readonly type: 'searched';
  readonly recordings: number;
  /** Of them old ones, which had to be read whole. */
  readonly slow: number;
  /** Not searched: sealed to an unknown key. */
  readonly left: number;
  /** Could not be read: verify them. */
  readonly failed: number;
  readonly hits: number;
  readonly over: boolean;
  /** It stopped, because that many hits were found. */
  readonly more: boolean;
}

/** Monitor to portal or CLI. An export is data frames between 'begin' and 'done'. */
export type FromMonitor =
  | {
      readonly type: 'opened';
      readonly durationMs: number;
      readonly markers: readonly { readonly at: number; readonly label: string }[];
      readonly complete: boolean;
      readonly row: RecordingRow;
      /** Its session runs: it grows. */
      readonly running: boolean;
    }
  /** It is longer by now; `markers` are those that came. Not `running` any more: all that there will be is there. */
  | {
      readonly type: 'grown';
      readonly durationMs: number;
      readonly markers: readonly { readonly at: number; readonly label: string }[];
      readonly complete: boolean;
      readonly row: RecordingRow;
      readonly running: boolean;
    }
  | { readonly type: 'page'; readonly index: WebIndex; readonly about: WebAbout }
  | ReplayFrame
  | TranscriptFrame
  | LiveFrame
  /** What is done with the session that is watched, and who is there. */
  | ({ readonly type: 'overseen' } & Overseen)
  /** Its keyboard is not this viewer's (any more); he watches on. */
  | { readonly type: 'no-control'; readonly failure: Failure }
  /** The session that was watched is over. */
  | { readonly type: 'over'; readonly ending: Ending }
  | { readonly type: 'hits'; readonly hits: readonly SearchHit[] }
  | SearchProgress
  | { readonly type: 'done'; readonly bytes: number }
  | { readonly type: 'verdict'; readonly verdict: TapeVerdict }
  | { readonly type: 'failed'; readonly failure: Failure };

/** What verification of a tape says: whole, validly cut (a crash), or tampered with, and where exactly. */
export type TapeVerdict =
  | { readonly kind: 'intact'; readonly segments: number; readonly signedHeads: number }
  | { readonly kind: 'cut'; readonly segments: number; readonly signedHeads: number; readonly detail: string }
  /** Its session runs, or it is on its way to its safe: what is there so far is what was signed so far. */
  | {
      readonly kind: 'running';
      readonly segments: number;
      readonly signedHeads: number;
      readonly detail: string;
    }
  /** `segment` null: the header, or the file as a whole. */
  | { readonly kind: 'tampered'; readonly segment: number | null; readonly detail: string }
  /** There is no file where it should be. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** By who might, and audited. */
  | { readonly kind: 'deleted'; readonly detail: string };

/** What is said of a picture that is open; everything else opens one, or is about a keyboard. */
export type PictureCommand = Exclude<ToMonitor, MonitorRequest | PageQuestion | ControlCommand>;
export type ControlCommand = Extract<ToMonitor, { type: 'control' | 'hand-back' }>;
