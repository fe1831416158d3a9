import headless, { type Terminal } from '@xterm/headless';
import type { TerminalSize } from '#/domain/session.js';
import type { CharsetNames } from './charsets.js';
import { watchExtraModes } from './extra-modes.js';
import { restore } from './restore.js';
import { createTail } from './tail.js';

export interface ModelSnapshot extends TerminalSize {
  readonly screen: string;
  readonly held: Uint8Array;
}

/** One terminal model. Work is done in the order in which it was asked for. */
export interface Model {
  write(bytes: Uint8Array, taken?: () => void): void;
  resize(size: TerminalSize): void;
  snapshot(give: (shot: ModelSnapshot) => void): void;
  close(): void;
  /** For tests. */
  readonly terminal: Terminal;
}

export function createModel(size: TerminalSize, charsets: CharsetNames): Model {
  const terminal = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 0,
    allowProposedApi: true,
    logLevel: 'off',
  });
  const extra = watchExtraModes(terminal);
  const tail = createTail(terminal);
  return {
    write(bytes, taken) {
      terminal.write(bytes, () => {
        tail.saw(bytes);
        taken?.();
      });
    },
    // an empty write is called back when everything before it has been parsed
    resize: ({ columns, rows }) => terminal.write('', () => terminal.resize(columns, rows)),
    snapshot(give) {
      terminal.write('', () => {
        const { unfinished, held } = tail.now();
        give({
          columns: terminal.cols,
          rows: terminal.rows,
          screen: restore({ terminal, charsets, extra }) + unfinished,
          held,
        });
      });
    },
    close: () => terminal.dispose(),
    terminal,
  };
}
