import type { IBuffer, IBufferCell, Terminal } from '@xterm/headless';
import type { CellRun } from '#/contract/replay-link.js';
import type { TerminalSize } from '#/domain/session.js';
import { neutralCell } from './neutral-text.js';

/** A part of the recorded screen: its top left cell, and how much of it. */
export interface Window extends TerminalSize {
  readonly left: number;
  readonly top: number;
}

export interface Picture {
  readonly lines: readonly (readonly CellRun[])[];
  readonly cursor: { readonly column: number; readonly row: number } | null;
}

/** More looks than this do not fit into one frame: the text is shown without them. */
const MOST_RUNS = 20_000;

/** What a terminal model shows in a window, as cells that cannot do anything to who looks at them. */
export function pictureOf(terminal: Terminal, window: Window): Picture {
  const buffer = terminal.buffer.active;
  const lines: (readonly CellRun[])[] = [];
  const cell = buffer.getNullCell();
  for (let row = window.top; row < Math.min(window.top + window.rows, terminal.rows); row += 1)
    lines.push(lineOf(buffer, row, window, cell));
  const runs = lines.reduce((sum, line) => sum + line.length, 0);
  const plain =
    runs > MOST_RUNS ? lines.map((line) => [{ text: line.map(({ text }) => text).join('') }]) : lines;
  return { lines: plain, cursor: cursorOf(terminal, window) };
}

type Look = Omit<CellRun, 'text'>;
const PLAIN = '{}';

/** Cells of one look become one run; blanks at the end of the line are left out. */
function lineOf(buffer: IBuffer, row: number, window: Window, scratch: IBufferCell): readonly CellRun[] {
  const line = buffer.getLine(buffer.baseY + row);
  const runs: { text: string; look: string }[] = [];
  const end = Math.min(window.left + window.columns, line?.length ?? 0);
  for (let column = window.left; column < end; column += 1) {
    const cell = line?.getCell(column, scratch);
    if (cell === undefined) break;
    const text = cellText(cell, { first: column === window.left, room: end - column });
    // most cells have none: that is told faster than it is looked at
    const look = cell.isAttributeDefault() ? PLAIN : JSON.stringify(lookOf(cell));
    const last = runs.at(-1);
    if (text === '') continue;
    if (last?.look === look) last.text += text;
    else runs.push({ text, look });
  }
  const last = runs.at(-1);
  if (last?.look === PLAIN) last.text = last.text.replace(/ +$/, '');
  if (last?.text === '') runs.pop();
  return runs.map(({ text, look }) => ({ text, ...(JSON.parse(look) as Look) }));
}

/** A wide character that the window cuts in half is shown as blanks. */
function cellText(
  cell: IBufferCell,
  { first, room }: { readonly first: boolean; readonly room: number },
): string {
  const width = cell.getWidth();
  if (width === 0) return first ? ' ' : '';
  if (width > room) return ' '.repeat(room);
  return cell.isInvisible() !== 0 ? ' '.repeat(width) : neutralCell(cell.getChars(), width);
}

function lookOf(cell: IBufferCell): Look {
  const [fg, bg] = [
    colour(cell.getFgColor(), cell.isFgDefault(), cell.isFgRGB()),
    colour(cell.getBgColor(), cell.isBgDefault(), cell.isBgRGB()),
  ];
  return {
    ...(fg === null ? {} : { fg }),
    ...(bg === null ? {} : { bg }),
    ...(cell.isBold() !== 0 && { bold: true as const }),
    ...(cell.isDim() !== 0 && { dim: true as const }),
    ...(cell.isItalic() !== 0 && { italic: true as const }),
    ...(cell.isUnderline() !== 0 && { underline: true as const }),
    ...(cell.isInverse() !== 0 && { inverse: true as const }),
  };
}

function colour(value: number, isDefault: boolean, isRgb: boolean): number | string | null {
  if (isDefault) return null;
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
}

function cursorOf(terminal: Terminal, window: Window): Picture['cursor'] {
  const { cursorX, cursorY } = terminal.buffer.active;
  const column = Math.min(cursorX, terminal.cols - 1) - window.left;
  const row = cursorY - window.top;
  const inside = column >= 0 && row >= 0 && column < window.columns && row < window.rows;
  return inside && !isCursorHidden(terminal) ? { column, row } : null;
}

/** @xterm/headless 6.0.0 (pinned) knows it but does not tell. */
function isCursorHidden(terminal: Terminal): boolean {
  return (
    terminal as unknown as { readonly _core: { readonly coreService: { readonly isCursorHidden: boolean } } }
  )._core.coreService.isCursorHidden;
}
