import type { IBuffer, Terminal } from '@xterm/headless';

/** The line that the cursor is on: from its prompt on, whatever the width of the terminal cut it into. */
export interface ReadLine {
  /** All of it. */
  readonly text: string;
  /** Of it, what is before the cursor. */
  readonly before: string;
}

/** A line that is longer is not looked at further up. */
const MOST_ROWS = 200;

/** Where the prompt is known, the line begins with the nearest row that does; `rows`: those between need not continue each other. */
export function cursorLine(
  terminal: Terminal,
  known?: { readonly prompt: string; readonly rows: 'one' | 'many' },
): ReadLine {
  const buffer = terminal.buffer.active;
  const row = buffer.baseY + buffer.cursorY;
  const isStart = (at: number): boolean => {
    const text = buffer.getLine(at)?.translateToString(false) ?? '';
    return known !== undefined && text.startsWith(known.prompt.slice(0, text.length));
  };
  const goesUp = (at: number): boolean =>
    known === undefined
      ? buffer.getLine(at)?.isWrapped === true
      : !isStart(at) && goesOn(buffer, at, terminal.cols);
  let first = row;
  while (first > 0 && row - first < MOST_ROWS && goesUp(first)) first -= 1;
  let last = row;
  while (last - row < MOST_ROWS && buffer.getLine(last + 1)?.isWrapped === true) last += 1;
  if (known?.rows === 'many') {
    let start = first;
    while (start >= 0 && row - start < MOST_ROWS && !isStart(start)) start -= 1;
    if (isStart(start)) first = start;
    // what is edited over several rows may be drawn again when it is entered, from its first row on
    while (last - row < MOST_ROWS && !isBlank(buffer, last + 1)) last += 1;
  }
  return {
    text: rowsText(buffer, first, last, terminal.cols),
    before: rowsText(buffer, first, row, terminal.cols, buffer.cursorX),
  };
}

/** Whether the row goes on with the one above: it was wrapped, or that one is full to its last column. */
function goesOn(buffer: IBuffer, row: number, columns: number): boolean {
  if (buffer.getLine(row)?.isWrapped === true) return true;
  const above = buffer.getLine(row - 1)?.getCell(columns - 1);
  return above !== undefined && (above.getChars().trim() !== '' || above.getWidth() === 0);
}

function isBlank(buffer: IBuffer, row: number): boolean {
  return (buffer.getLine(row)?.translateToString(true) ?? '').trim() === '';
}

function rowsText(buffer: IBuffer, first: number, last: number, columns: number, end?: number): string {
  let text = '';
  for (let row = first; row <= last; row += 1) {
    const line = buffer.getLine(row);
    const on = row < last && goesOn(buffer, row + 1, columns);
    const cut = row === last ? end : undefined;
    const all = line?.translateToString(false, 0, cut ?? columns) ?? '';
    // a wide character that had no room left a blank behind
    const whole =
      on && line?.getCell(columns - 1)?.getChars() === '' && line.getCell(columns - 1)?.getWidth() === 1;
    text += on ? (whole ? all.slice(0, -1) : all) : row < last ? `${all.trimEnd()}\n` : all;
  }
  return text;
}
