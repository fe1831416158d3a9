import type { Terminal } from '@xterm/headless';
import type { TerminalSize } from '#/domain/session.js';
import type { TextLine } from '#/domain/tape-text.js';
import { coreOf } from '#/terminal/internals.js';
import { readScreen } from '#/terminal/reading.js';
import { steadyTerminal } from '#/terminal/steady-terminal.js';
import type { CharsetNames } from './charsets.js';
import { watchCommands } from './commands.js';
import { watchExtraModes } from './extra-modes.js';

import { restore } from './restore.js';
import { difference } from './same-screen.js';
import type { ReadCommand } from './statements.js';
import { createTail } from './tail.js';

export interface ModelSnapshot extends TerminalSize {
  readonly screen: string;
  readonly held: Uint8Array;
  readonly row: number;
  /** A fresh terminal was drawn with it and could not be told apart. */
  readonly exact: boolean;
}

/** What a model tells of its own accord. */
export interface ModelTelling {
  readonly command?: (read: ReadCommand) => void;
  readonly text?: (lines: readonly TextLine[]) => void;
}

/** One terminal model. Work is done in the order in which it was asked for. */
export interface Model {
  /** `at`: the moment on the tape. */
  write(bytes: Uint8Array, taken?: () => void, at?: number): void;
  /** Keys of the person, in order with what is written. The bytes are wiped. */
  typed(bytes: Uint8Array, at: number): void;
  /** Is said every two seconds: what was to be read is told, so that it can be searched while the session runs. */
  lookUp(): void;
  /** After everything that was given, told commands included. */
  flush(then: () => void): void;
  resize(size: TerminalSize): void;
  snapshot(give: (shot: ModelSnapshot) => void): void;
  close(): void;
  /** For tests. */
  readonly terminal: Terminal;
}

export function createModel(size: TerminalSize, charsets: CharsetNames, telling: ModelTelling = {}): Model {
  const steady = steadyTerminal(size);
  const { terminal } = steady;
  const extra = watchExtraModes(terminal);
  const tail = createTail(terminal);
  const commands = watchCommands(terminal, { give: (read) => telling.command?.(read) });
  const reading = readScreen(terminal, (lines) => telling.text?.(lines));
  /** Of what was written and is not taken in yet. */
  const times: number[] = [];
  /** Nothing was written since it looked up last. */
  let still = false;
  return {
    write(bytes, taken, at = 0) {
      still = false;
      times.push(at);
      if (times.length === 1) reading.before(at);
      steady.write(bytes, () => {
        tail.saw(bytes);
        times.shift();
        const [next] = times;
        if (next !== undefined) reading.before(next);
        taken?.();
      });
    },
    typed: (bytes, at) => terminal.write('', () => commands.typed(bytes, at)),
    lookUp() {
      if (times.length === 0) reading.give(still);
      still = times.length === 0;
    },
    flush: (then) =>
      terminal.write('', () => {
        commands.flush();
        reading.flush();
        then();
      }),
    // an empty write is called back when everything before it has been parsed
    resize: (next) => terminal.write('', () => steady.resize(next)),
    snapshot(give) {
      const held = Buffer.from(steady.held);
      terminal.write('', () => {
        const screen = restore({ terminal, charsets, extra }) + tail.unfinished(held.length);
        const { cols: columns, rows } = terminal;
        const row = terminal.buffer.active.cursorY;
        give({ columns, rows, screen, held, row, exact: inexactness(terminal, screen) === null });
      });
    },
    close() {
      commands.stop();
      terminal.dispose();
    },
    terminal,
  };
}

/** What a fresh terminal with that screen has that is not as it is here. */
export function inexactness(terminal: Terminal, screen: string): string | null {
  const drawn = steadyTerminal({ columns: terminal.cols, rows: terminal.rows });
  try {
    coreOf(drawn.terminal).writeSync(Buffer.from(screen, 'utf8'));
    return difference(terminal, drawn.terminal);
  } finally {
    drawn.terminal.dispose();
  }
}
