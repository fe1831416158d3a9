import headless, { type IMarker, type Terminal } from '@xterm/headless';
import { activityLine } from '#/domain/activity.js';
import { clampSize } from '#/domain/session.js';
import type { TapeEvent, TapeHeader } from '#/domain/tape.js';
import { guard } from '#/terminal/guards.js';
import { neutralLine } from './neutral-text.js';

/** What was written on the screen, as lines of text in the order in which one would have read them. */
export interface Transcript {
  /** Gives the lines that are finished by now. */
  take(events: readonly TapeEvent[]): Promise<string>;
  /** Gives what is still on the screen. */
  end(): string;
}

/** Fewer line feeds than `HISTORY` fit in, so that no line is pushed out before it was read. */
const CHUNK = 4096;
const HISTORY = 5000;
/** A full-screen program's picture counts as read when it stood for so many milliseconds. */
const READABLE = 1000;

export function createTranscript(header: TapeHeader): Transcript {
  const size = clampSize(header.columns, header.rows);
  const terminal = new headless.Terminal({
    cols: size.columns,
    rows: size.rows,
    scrollback: HISTORY,
    scrollOnEraseInDisplay: true,
    allowProposedApi: true,
    logLevel: 'off',
  });
  guard(terminal);
  const scrolled = createScrolledLines(terminal);
  const pictures = createPictures(terminal);
  let last = 0;
  return {
    async take(events) {
      let lines = '';
      for (const event of events) {
        if (event.at - last >= READABLE) lines += pictures();
        last = event.at;
        if (event.kind === 'resize') terminal.resize(event.columns, event.rows);
        // a command at a prompt stands on the screen
        if (
          event.kind === 'activity' &&
          !(event.activity.kind === 'command' && event.activity.how === 'prompt')
        )
          lines += `[${neutralLine(activityLine(event.activity))}]\n`;
        if (event.kind !== 'output') continue;
        for (let from = 0; from < event.bytes.length; from += CHUNK) {
          await new Promise<void>((resolve) =>
            terminal.write(event.bytes.subarray(from, from + CHUNK), resolve),
          );
          lines += scrolled();
        }
      }
      return lines;
    },
    end() {
      const rest = pictures() + scrolled(true);
      terminal.dispose();
      return rest;
    },
  };
}

/** The lines that left the normal screen at its top since the last call; `all`: those on it as well. */
function createScrolledLines(terminal: Terminal): (all?: boolean) => string {
  let read: IMarker | null = null;
  return (all = false) => {
    const buffer = terminal.buffer.normal;
    if (terminal.buffer.active.type !== 'normal' && !all) return '';
    const from = read === null || read.isDisposed ? 0 : read.line + 1;
    const to = all ? buffer.length : wholeLinesBefore(terminal, buffer.baseY);
    const lines = textOf(terminal, from, to);
    if (to > from) {
      read?.dispose();
      read = terminal.registerMarker(to - 1 - buffer.baseY - buffer.cursorY) ?? null;
    }
    return all ? `${lines.trimEnd()}\n` : lines;
  };
}

/** A line that was wrapped is not cut in two. */
function wholeLinesBefore(terminal: Terminal, row: number): number {
  let end = row;
  while (end > 0 && terminal.buffer.normal.getLine(end)?.isWrapped === true) end -= 1;
  return end;
}

function textOf(terminal: Terminal, from: number, to: number): string {
  let text = '';
  for (let row = from; row < to; row += 1) {
    const line = terminal.buffer.normal.getLine(row);
    if (row > from && line?.isWrapped !== true) text += '\n';
    text += neutralLine(
      line?.translateToString(terminal.buffer.normal.getLine(row + 1)?.isWrapped !== true) ?? '',
    );
  }
  return to > from ? `${text}\n` : '';
}

/** The lines of a full-screen program's picture that were not in the one before. */
function createPictures(terminal: Terminal): () => string {
  let before = new Set<string>();
  return () => {
    const buffer = terminal.buffer.active;
    if (buffer.type !== 'alternate') return '';
    const rows = Array.from({ length: terminal.rows }, (_, row) =>
      neutralLine(buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? ''),
    );
    const fresh = rows.filter((text) => text !== '' && !before.has(text));
    before = new Set(rows);
    return fresh.map((text) => `${text}\n`).join('');
  };
}
