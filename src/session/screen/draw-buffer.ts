import type { TerminalSize } from '#/domain/session.js';
import type { Cell, Line, ScreenBuffer } from '#/terminal/internals.js';
import { drawRemains, isRemains } from './draw-remains.js';
import { isBackground, lookOfCell, PLAIN } from './look.js';
import { background } from './sgr.js';
import type { Wardrobe } from './wear.js';

/** Draws the cells of one buffer on an empty one, with the flags of lines that continue the one before. */
export function drawBuffer(
  buffer: ScreenBuffer,
  size: TerminalSize,
  { cell, wardrobe }: { readonly cell: Cell; readonly wardrobe: Wardrobe },
): string {
  const lines = Array.from({ length: size.rows }, (_, row) => buffer.lines.get(buffer.ybase + row));
  const flags = lines.map((line, row) => (line?.isWrapped === true ? continued(row, size) : ''));
  const cells = lines.map((line, row) =>
    line === undefined ? '' : drawRow(line, row, size.columns, { cell, wardrobe }),
  );
  return flags.join('') + cells.join('') + wardrobe.wear(PLAIN);
}

/**
 * Two letters over the edge make the terminal remember that the row continues; then they are erased, which keeps that.
 * The first row is made so as the second one, and moves up.
 */
function continued(row: number, { columns, rows }: TerminalSize): string {
  if (row === 0) return rows === 1 ? over(1, columns, 1) : `${over(1, columns, 2)}\x1b[1;1H\x1b[M`;
  return over(row, columns, row + 1);
}

function over(row: number, columns: number, next: number): string {
  return `\x1b[${row};${columns}Hxx\x1b[${row};${columns}H\x1b[X\x1b[${next};1H\x1b[X`;
}

function drawRow(
  line: Line,
  row: number,
  columns: number,
  { cell, wardrobe }: { readonly cell: Cell; readonly wardrobe: Wardrobe },
): string {
  let out = drawRemains(line, row, columns, { cell, wardrobe });
  const touched = out !== '';
  let at = -1;
  const go = (column: number): void => {
    if (at !== column) out += `\x1b[${row + 1};${column + 1}H`;
    at = column;
  };
  for (let column = 0; column < columns; column += Math.max(cell.getWidth(), 1)) {
    line.loadCell(column, cell);
    const [chars, width, look] = [cell.getChars(), cell.getWidth(), lookOfCell(cell)];
    if (isRemains(cell)) continue;
    if (chars === '' && isBackground(look)) {
      if (look.bg === 0 && !touched) continue;
      go(column);
      out += `${wardrobe.ground(background(look))}\x1b[X`;
      continue;
    }
    // a lone combining character would join the one before it
    if (width === 0) at = -1;
    go(column);
    out += wardrobe.wear(look) + chars;
    at = width === 0 || column + width >= columns ? -1 : column + width;
  }
  return out;
}
