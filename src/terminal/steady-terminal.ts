import headless, { type Terminal } from '@xterm/headless';
import type { TerminalSize } from '#/domain/session.js';
import { guard } from './guards.js';
import { type Core, coreOf, type Line, type ScreenBuffer } from './internals.js';
import { wholeCharacters } from './whole-characters.js';

/**
 * A model of a terminal that is the same for every way in which its output is cut, and holds nothing that is neither
 * seen nor could be set again by output: so that a screen restored from a keyframe goes on as the one that it was taken of.
 */
export interface SteadyTerminal {
  readonly terminal: Terminal;
  write(bytes: Uint8Array, taken?: () => void): void;
  /** At once; what was written before may still be waiting. */
  resize(size: TerminalSize): void;
  /** The first bytes of a character whose others have not come yet; the terminal has not seen them. */
  readonly held: Uint8Array;
}

export function steadyTerminal(size: TerminalSize): SteadyTerminal {
  const terminal = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: 0,
    // lines do not flow into others at a resize, as in xterm: without scrollback the model would lose count of them
    windowsPty: { backend: 'winpty', buildNumber: 1 },
    allowProposedApi: true,
    logLevel: 'off',
  });
  guard(terminal);
  printSteadily(coreOf(terminal));
  const characters = wholeCharacters();
  return {
    terminal,
    write(bytes, taken) {
      const pieces = characters.take(bytes);
      for (const [index, piece] of pieces.entries())
        terminal.write(piece, index === pieces.length - 1 ? taken : undefined);
    },
    resize: (next) => resize(terminal, next),
    get held() {
      return characters.held;
    },
  };
}

/**
 * At the right edge and without wrapping, what is printed in one go would look different from what is printed in two,
 * and a wide character that has no room would do things to the cells around. There it is left out.
 */
function printSteadily(core: Core): void {
  const { _inputHandler: handler } = core;
  const print = handler.print.bind(handler);
  handler.print = (data, start, end) => {
    const buffer = core._bufferService.buffers.active;
    const wraps = core.coreService.decPrivateModes.wraparound;
    if (wraps) print(data, start, end);
    for (let at = start; at < end && !wraps; at += 1) {
      if (buffer.x < core.cols - 1 || core.unicodeService.wcwidth(data[at] ?? 0) < 2) print(data, at, at + 1);
      else {
        buffer.x = core.cols - 1;
        handler._parser.precedingJoinState = 0;
      }
    }
  };
}

function resize(terminal: Terminal, { columns, rows }: TerminalSize): void {
  const core = coreOf(terminal);
  const { normal, alt } = core._bufferService.buffers;
  for (const buffer of [normal, alt]) forgetOutside(buffer, core);
  terminal.resize(columns, rows);
  for (const buffer of [normal, alt]) forgetOutside(buffer, core);
  // a mark that comes now belongs to nothing: what was printed may be somewhere else
  core._inputHandler._parser.precedingJoinState = 0;
}

/** What lies beyond the edges would come back when they move out again. */
function forgetOutside(buffer: ScreenBuffer, { cols, rows }: Core): void {
  for (const column of Object.keys(buffer.tabs)) if (Number(column) >= cols) delete buffer.tabs[column];
  buffer.savedX = Math.min(buffer.savedX, cols - 1);
  buffer.savedY = Math.min(buffer.savedY, rows - 1);
  if (buffer.lines.length === 0) buffer.lines.maxLength = rows;
  for (let row = 0; row < buffer.lines.length; row += 1) {
    const line = buffer.lines.get(row);
    if (line !== undefined && line.length > cols) cut(line, cols, buffer);
  }
}

function cut(line: Line, columns: number, buffer: ScreenBuffer): void {
  line.resize(columns, buffer.getNullCell());
  if (line.getWidth(columns - 1) !== 2) return;
  const { extended } = buffer.getNullCell();
  const bg = line.getBg(columns - 1) & COLOUR;
  line.setCell(columns - 1, buffer.getNullCell({ fg: 0, bg, extended }));
}

/** Of the word for the background; the rest are flags of the character. */
const COLOUR = 0x3ffffff;
