import { clampSize, type TerminalSize } from '#/domain/session.js';
import type { Window } from './picture.js';

/** The room that a viewer has, and where he scrolled to; null: the part with the cursor is shown. */
export interface Viewport {
  readonly room: TerminalSize;
  readonly scrolled: { readonly left: number; readonly top: number } | null;
}

/** No picture is larger, so that it fits into one frame. */
const LARGEST = { columns: 500, rows: 200 };

export function roomOf(size: TerminalSize): TerminalSize {
  const { columns, rows } = clampSize(size.columns, size.rows);
  return { columns: Math.min(columns, LARGEST.columns), rows: Math.min(rows, LARGEST.rows) };
}

/** The part of a screen that is shown, within it. */
export function windowOn(
  screen: TerminalSize,
  cursor: { readonly column: number; readonly row: number },
  viewport: Viewport,
): Window {
  const columns = Math.min(viewport.room.columns, screen.columns);
  const rows = Math.min(viewport.room.rows, screen.rows);
  const wanted = viewport.scrolled ?? { left: cursor.column - columns + 1, top: cursor.row - rows + 1 };
  return {
    columns,
    rows,
    left: within(wanted.left, screen.columns - columns),
    top: within(wanted.top, screen.rows - rows),
  };
}

/** After scrolling by so many cells, from what is shown; by none, the cursor is followed again. */
export function scrolledBy(
  viewport: Viewport,
  shown: Window,
  screen: TerminalSize,
  by: { readonly columns: number; readonly rows: number },
): Viewport {
  if (by.columns === 0 && by.rows === 0) return { ...viewport, scrolled: null };
  return {
    ...viewport,
    scrolled: {
      left: within(shown.left + by.columns, screen.columns - shown.columns),
      top: within(shown.top + by.rows, screen.rows - shown.rows),
    },
  };
}

function within(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
