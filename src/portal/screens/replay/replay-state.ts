import type { FromMonitor, ReplayFrame, TranscriptFrame } from '#/contract/replay-link.js';
import type { Failure } from '#/domain/failure.js';
import type { ReplayCommand } from '../../services.js';
import type { ReplayKey } from './replay-keys.js';

type Opened = Extract<FromMonitor, { type: 'opened' }>;

/** A recording that is being replayed, as the monitor tells it. */
export interface ReplayState {
  readonly opened: Opened | null;
  readonly frame: ReplayFrame | null;
  readonly failure: Failure | null;
  /** Where the last seek went that no frame has answered yet: the next one starts from there. */
  readonly sought: number | null;
  readonly transcript: TranscriptFrame | null;
  /** The line that is selected in the transcript; null: it is not in use, and follows. */
  readonly line: number | null;
}

export const notYetReplaying: ReplayState = {
  opened: null,
  frame: null,
  failure: null,
  sought: null,
  transcript: null,
  line: null,
};

export type ReplayAction =
  | { readonly type: 'heard'; readonly message: FromMonitor }
  | { readonly type: 'sought'; readonly to: number }
  /** Null: out of the transcript. */
  | { readonly type: 'line'; readonly line: number | null };

export function replayReducer(state: ReplayState, action: ReplayAction): ReplayState {
  if (action.type === 'sought') return { ...state, sought: action.to };
  if (action.type === 'line') return { ...state, line: action.line };
  const { message } = action;
  if (message.type === 'opened') return { ...state, opened: message, failure: null };
  if (message.type === 'grown') return { ...state, opened: grown(state.opened, message) };
  if (message.type === 'frame') return { ...state, frame: message, sought: null };
  if (message.type === 'transcript') return { ...state, transcript: message };
  return message.type === 'failed' ? { ...state, failure: message.failure } : state;
}

function grown(opened: Opened | null, message: Extract<FromMonitor, { type: 'grown' }>): Opened | null {
  const { durationMs, complete, row, running } = message;
  if (opened === null) return null;
  return { ...opened, durationMs, complete, row, running, markers: [...opened.markers, ...message.markers] };
}

/** Further than any recording goes: to its end, wherever that is by then. */
export const LAST = Number.MAX_SAFE_INTEGER;
/** Pauses are shortened to this many milliseconds. */
export const IDLE_LIMIT = 2000;
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
/** Rows and columns of one step over a screen that is larger than the room. */
const ROWS = 5;
const COLUMNS = 20;

/** What a key tells the monitor; nothing while there is no picture. */
export function replayCommands(state: ReplayState, command: ReplayKey): readonly ReplayCommand[] {
  const { frame, opened } = state;
  if (frame === null || opened === null) return [];
  const seek = (to: number): readonly ReplayCommand[] => [
    { type: 'seek', to: Math.max(0, Math.min(to, opened.durationMs)) },
  ];
  const by = (ms: number): readonly ReplayCommand[] => seek((state.sought ?? frame.at) + ms);
  switch (command) {
    case 'replay.toggle':
      if (frame.state === 'ended') return [...seek(0), { type: 'play' }];
      return [{ type: frame.state === 'paused' ? 'play' : 'pause' }];
    case 'replay.back':
      return by(-5000);
    case 'replay.ahead':
      return by(5000);
    case 'replay.farBack':
      return by(-60_000);
    case 'replay.farAhead':
      return by(60_000);
    case 'replay.first':
      return seek(0);
    case 'replay.last':
      return [{ type: 'seek', to: LAST }];
    case 'replay.faster':
      return [{ type: 'speed', factor: SPEEDS.find((speed) => speed > frame.speed) ?? 16 }];
    case 'replay.slower':
      return [{ type: 'speed', factor: SPEEDS.findLast((speed) => speed < frame.speed) ?? 0.25 }];
    case 'replay.nextMarker':
      return [{ type: 'marker', direction: 'next' }];
    case 'replay.previousMarker':
      return [{ type: 'marker', direction: 'previous' }];
    case 'replay.nextCommand':
      return [{ type: 'marker', direction: 'next', only: 'commands' }];
    case 'replay.previousCommand':
      return [{ type: 'marker', direction: 'previous', only: 'commands' }];
    case 'replay.stepAhead':
      return [{ type: 'step', direction: 'next' }];
    case 'replay.stepBack':
      return [{ type: 'step', direction: 'previous' }];
    case 'replay.idle':
      return [{ type: 'idle', limit: frame.idleLimit > 0 ? 0 : IDLE_LIMIT }];
    case 'replay.up':
      return [{ type: 'scroll', columns: 0, rows: -ROWS }];
    case 'replay.down':
      return [{ type: 'scroll', columns: 0, rows: ROWS }];
    case 'replay.left':
      return [{ type: 'scroll', columns: -COLUMNS, rows: 0 }];
    case 'replay.right':
      return [{ type: 'scroll', columns: COLUMNS, rows: 0 }];
    default:
      return command satisfies never;
  }
}
