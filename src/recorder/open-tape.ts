import type { Outcome } from '#/domain/outcome.js';
import type { Ending } from '#/domain/session.js';
import type { Keyframe, TapeEvent } from '#/domain/tape.js';
import type { TextLine } from '#/domain/tape-text.js';

/**
 * The recording of one running session. Nothing that was given is dropped: when it cannot be written, `failed` says so
 * and the session is to end.
 */
export interface OpenTape {
  /** Keeps the event's bytes until they are written: give it a buffer that nobody writes to any more. */
  append(event: TapeEvent): void;
  /** Optional for reading, so a screen that is too large is left out. */
  keyframe(frame: Keyframe): void;
  /** What was to be read on the screen, for searching; markers and activities come into it by themselves. */
  text(lines: readonly TextLine[]): void;
  /** Bytes that were taken and are not on the disk yet. Over about 1 MiB the source should be paused. */
  readonly pending: number;
  /** All output that was taken: what a keyframe of this moment has as its `outputBytes`. */
  readonly outputBytes: number;
  /** What was done, of what was taken. */
  readonly activities: { readonly commands: number; readonly transfers: number };
  /** Resolves when at most 256 KiB are pending, or the tape has failed. */
  drained(): Promise<void>;
  /** Resolves, once, with why nothing more can be recorded; never when all goes well. */
  readonly failed: Promise<string>;
  /** Resolves when the end is on the disk, before its head is anchored; never when the tape has failed. */
  readonly written: Promise<void>;
  /**
   * Writes what is pending and the end, and anchors the last head, which says how the session ended. Later calls give the
   * same outcome.
   */
  close(ending: Ending): Promise<Outcome<ClosedTape>>;
}

export interface ClosedTape {
  readonly segments: number;
  /** Hex. */
  readonly head: string;
  readonly bytes: number;
}
