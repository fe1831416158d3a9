import type { PictureCommand, ReplayFrame, TranscriptFrame } from '#/contract/replay-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { TerminalSize } from '#/domain/session.js';
import { pictureOf } from './picture.js';
import type { TapeScreen } from './tape-screen.js';
import type { TapeTranscript } from './tape-transcript.js';
import { advance, beginning, obey, type Playhead, type Timeline } from './timeline.js';
import { type TranscriptView, transcriptFrame } from './transcript-window.js';
import { roomOf, scrolledBy, type Viewport, windowOn } from './viewport.js';

export type ReplayCommand = PictureCommand;

export interface ReplayParts {
  readonly screen: TapeScreen;
  readonly timeline: Timeline;
  readonly size: TerminalSize;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
  readonly send: (frame: ReplayFrame) => void;
  readonly transcript: TapeTranscript;
  /** The next thing that was shown after a moment, or before; null: none. */
  readonly step: (at: number, direction: 'next' | 'previous') => Promise<Outcome<number | null>>;
  readonly sendTranscript: (frame: TranscriptFrame) => void;
  /** The viewer took the last frame. */
  readonly idle: () => boolean;
  readonly failed: (failure: Failure) => void;
}

export interface Replay {
  command(command: ReplayCommand): void;
  /** Looks again whether there is something to show: the viewer is ready for more. */
  wake(): void;
  close(): void;
}

/** Twenty pictures a second are enough to follow anything. */
const TICK = 50;
/** How often the time is shown when nothing else changes. */
const CLOCK_EVERY = 500;

/** Plays a tape for one viewer. A viewer who is slow misses pictures; none waits for him. */
export function startReplay(parts: ReplayParts): Replay {
  const { screen, timeline, clock } = parts;
  let head: Playhead = beginning(clock());
  let viewport: Viewport = { room: roomOf(parts.size), scrolled: null };
  let shown = { key: '', at: -Infinity };
  let view: TranscriptView = { rows: 0, from: null };
  let lines = { key: '', begun: false };
  let closed = false;
  /** Something changed since the last look. */
  let woken = false;
  let goOn: () => void = () => undefined;
  const wakeUp = (): void => {
    woken = true;
    goOn();
  };

  const broken = (error: unknown): void => {
    // a viewer who leaves closes the tape under a read; that must not be the end for the others
    if (!closed) parts.failed(failure('INTERNAL', error instanceof Error ? error.message : 'replay'));
  };
  const size = (): TerminalSize => ({ columns: screen.terminal.cols, rows: screen.terminal.rows });
  const shownPart = () =>
    windowOn(
      size(),
      {
        column: Math.min(screen.terminal.buffer.active.cursorX, screen.terminal.cols - 1),
        row: screen.terminal.buffer.active.cursorY,
      },
      viewport,
    );

  const command = (wanted: ReplayCommand): void => {
    if (wanted.type === 'resize') viewport = { ...viewport, room: roomOf(wanted) };
    else if (wanted.type === 'step') return void step(wanted.direction).catch(broken);
    else if (wanted.type === 'transcript') look(wanted);
    else if (wanted.type === 'scroll') viewport = scrolledBy(viewport, shownPart(), size(), wanted);
    else head = obey(head, timeline, wanted, clock());
    wakeUp();
  };
  const step = async (direction: 'next' | 'previous'): Promise<void> => {
    const now = advance(head, timeline, clock());
    const found = await parts.step(Math.round(now.at), direction);
    if (closed) return;
    if (!found.ok) return parts.failed(found.failure);
    head = obey(head, timeline, { type: 'pause' }, clock());
    if (found.value !== null) head = obey(head, timeline, { type: 'seek', to: found.value }, clock());
    wakeUp();
  };
  const look = ({ rows, from }: TranscriptView): void => {
    view = { rows, from };
    if (lines.begun || rows <= 0) return;
    lines = { ...lines, begun: true };
    parts.transcript
      .read(wakeUp)
      .then((read) => (read.ok || closed ? undefined : parts.failed(read.failure)))
      .catch(broken);
  };
  const showTranscript = (at: number): void => {
    const frame = transcriptFrame(parts.transcript, view, at);
    if (frame === null) return;
    const key = [frame.first, frame.lines.length, frame.current, frame.total, frame.whole].join();
    if (key === lines.key || !parts.idle()) return;
    lines = { ...lines, key };
    parts.sendTranscript(frame);
  };
  const show = ({ state, speed, idleLimit, at }: Playhead): void => {
    if (!parts.idle()) return;
    const window = shownPart();
    const key = JSON.stringify([
      screen.version,
      window,
      state,
      speed,
      idleLimit,
      state === 'playing' ? null : at,
    ]);
    if (key === shown.key && (state !== 'playing' || clock() - shown.at < CLOCK_EVERY)) return;
    shown = { key, at: clock() };
    const { left, top } = window;
    parts.send({
      type: 'frame',
      at: Math.round(at),
      state,
      speed,
      idleLimit,
      ...size(),
      left,
      top,
      ...pictureOf(screen.terminal, window),
    });
  };
  const run = async (): Promise<void> => {
    while (!closed) {
      woken = false;
      head = advance(head, timeline, clock());
      // what is asked for meanwhile is for the next picture
      const now = head;
      const drawn = await screen.show(now.at);
      if (closed) return;
      if (!drawn.ok) return parts.failed(drawn.failure);
      show(now);
      showTranscript(now.at);
      await pause(head.state === 'playing' ? TICK : null);
    }
  };
  /** Until something is asked for, or it is time for the next picture. */
  const pause = (milliseconds: number | null): Promise<void> =>
    new Promise((resolve) => {
      if (woken) return resolve();
      const timer = milliseconds === null ? undefined : setTimeout(resolve, milliseconds);
      goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  run().catch(broken);
  return {
    command,
    wake: wakeUp,
    close: () => {
      closed = true;
      parts.transcript.close();
      wakeUp();
    },
  };
}
