import type { TerminalSize } from '#/domain/session.js';
import type { TextLine } from '#/domain/tape-text.js';

/** The screen of a session at one moment. */
export interface Snapshot extends TerminalSize {
  /** Draws it on a fresh terminal of the size, an escape sequence that was only begun included. */
  readonly screen: string;
  /** The first bytes of a character whose others have not come yet: part of what follows. */
  readonly held: Buffer;
  /** Of the cursor; 0 is the first. */
  readonly row: number;
  /** A fresh terminal that was drawn with it could not be told apart from this one. */
  readonly exact: boolean;
}

/** What a model tells of its own accord. */
export interface Telling {
  /** A line was entered at a prompt. `at`: as it was said with its keys. */
  command(text: string, at: number): void;
  /** What there was to be read. */
  text(lines: readonly TextLine[]): void;
}

/** A model of a session's terminal, fed with copies of its output. */
export interface Screen {
  /** `at`: the moment on the tape. */
  write(bytes: Buffer, at?: number): void;
  /** Keys of the person; they are kept nowhere. `at`: the moment on the tape. */
  typed(bytes: Buffer, at: number): void;
  resize(size: TerminalSize): void;
  /** Resolves when everything that was given so far is taken in, and told of. */
  flush(): Promise<void>;
  /** The screen after everything written before this call; null when the models are broken. */
  snapshot(): Promise<Snapshot | null>;
  /** Bytes that the model has not taken in yet. */
  readonly lag: number;
  /** Resolves when the lag is small again. */
  caughtUp(): Promise<void>;
  close(): void;
}

export interface Screens {
  open(size: TerminalSize, telling?: Telling): Screen;
  close(): Promise<void>;
}
