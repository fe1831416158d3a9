import type { Cell, Line } from '#/terminal/internals.js';
import { isBackground, type Look, lookOfCell } from './look.js';
import type { Wardrobe } from './wear.js';

/** A space as wide as two. */
const WIDE = '\u3000';

/** What is left of a wide character when its other half was overwritten, or moved away: a blank with a look, or with no width. */
export function isRemains(cell: Cell): boolean {
  return cell.getChars() === '' && (cell.getWidth() === 0 || !isBackground(lookOfCell(cell)));
}

/** Draws them in an empty row, as they came about. It leaves spaces in other cells. */
export function drawRemains(
  line: Line,
  row: number,
  columns: number,
  { cell, wardrobe }: { readonly cell: Cell; readonly wardrobe: Wardrobe },
): string {
  const found: (Look | null)[] = Array.from({ length: columns }, () => null);
  const halves = new Set<number>();
  for (let column = 0; column < columns; column += 1) {
    if (!isRemains(line.loadCell(column, cell))) continue;
    const second = cell.getWidth() === 0;
    if (second && column > 0 && line.getWidth(column - 1) === 2) continue;
    found[column] = lookOfCell(cell);
    if (second) halves.add(column);
  }
  const to = (column: number): string => `\x1b[${row + 1};${column + 1}H`;
  let out = '';
  for (const column of halves) out += half(column, found[column], { to, wardrobe });
  for (let start = 0; start < columns; start += 1) {
    const end = endOfBlanks(start);
    if (end === start) continue;
    out += blanks(start, end);
    start = end;
  }
  return out;

  function endOfBlanks(start: number): number {
    let end = start;
    while (end < columns && found[end] !== null && !halves.has(end)) end += 1;
    return end;
  }
  /** A space over one half leaves the other half blank, with the look of the space: each from the side that is still free. */
  function blanks(start: number, end: number): string {
    const rightwards = start === 0 || halves.has(start - 1);
    const order = Array.from({ length: end - start }, (_, i) => (rightwards ? start + i : end - 1 - i));
    return order
      .map((column) => {
        const [first, space] = rightwards ? [column, column + 1] : [column - 1, column - 1];
        const look = found[column];
        return look === null || look === undefined
          ? ''
          : `${to(first)}${WIDE}${to(space)}${wardrobe.wear(look)} `;
      })
      .join('');
  }
}

/** Blanks put in between the halves of a wide character leave the second one alone. */
function half(
  column: number,
  look: Look | null | undefined,
  { to, wardrobe }: { readonly to: (column: number) => string; readonly wardrobe: Wardrobe },
): string {
  if (look === null || look === undefined) return '';
  const first = Math.max(0, column - 2);
  const apart = `${to(first)}${wardrobe.wear(look)}${WIDE}${to(first + 1)}\x1b[@`;
  return column === 1 ? `${apart}${to(0)}\x1b[P` : apart;
}
