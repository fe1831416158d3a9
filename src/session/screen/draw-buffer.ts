import type { Cell, ScreenBuffer } from './core.js';
import { background, sgr } from './sgr.js';

/** Draws the cells of one buffer on an empty one, with the flags of lines that continue the one before. */
export function drawBuffer(
  buffer: ScreenBuffer,
  size: { readonly columns: number; readonly rows: number },
  cell: Cell,
): string {
  let out = '';
  for (let row = 1; row < size.rows; row += 1)
    if (buffer.lines.get(buffer.ybase + row)?.isWrapped === true) out += continued(row, size.columns);
  for (let row = 0; row < size.rows; row += 1) out += drawRow(buffer, row, size.columns, cell);
  return `${out}\x1b[0m`;
}

/** Two letters over the edge make the terminal remember that the row continues; then they are erased, which keeps that. */
function continued(row: number, columns: number): string {
  return `\x1b[${row};${columns}Hxx\x1b[${row};${columns}H\x1b[X\x1b[${row + 1};1H\x1b[X`;
}

function drawRow(buffer: ScreenBuffer, row: number, columns: number, cell: Cell): string {
  const line = buffer.lines.get(buffer.ybase + row);
  if (line === undefined) return '';
  let out = '';
  let at = -1;
  let look = '';
  const go = (column: number): void => {
    if (at !== column) out += `\x1b[${row + 1};${column + 1}H`;
    at = column;
  };
  const wear = (next: string): void => {
    if (look !== next) out += next;
    look = next;
  };
  for (let column = 0; column < columns; column += 1) {
    line.loadCell(column, cell);
    const chars = cell.getChars();
    const width = cell.getWidth();
    const cut = width === 2 && column === columns - 1;
    if (chars === '' || cut) {
      // an erased cell keeps its background only
      if (width !== 0 && cell.getBgColor() === -1) continue;
      if (width === 0 && (column === 0 || line.loadCell(column - 1, cell).getWidth() === 2)) continue;
      go(column);
      wear(background(line.loadCell(column, cell)));
      out += '\x1b[X';
      continue;
    }
    // a lone combining character would join the one before it
    if (width === 0) at = -1;
    go(column);
    wear(sgr(cell));
    out += chars;
    at = width === 0 ? -1 : column + width;
    if (at >= columns) at = -1;
  }
  return out;
}
