import type { TerminalSize } from '#/domain/session.js';
import type { Route } from '../route.js';

/** Less than this cannot hold a list and its keys. */
export const SMALLEST: TerminalSize = { columns: 40, rows: 12 };

const HEADER = 3;
const KEYS = 1;

export function isTooSmall({ columns, rows }: TerminalSize): boolean {
  return columns < SMALLEST.columns || rows < SMALLEST.rows;
}

/** A replay, a session that is watched and a QR code need the room: they have a title of their own, and no header. */
export function hasHeader(route: Route): boolean {
  return route.screen !== 'replay' && route.screen !== 'watch' && route.screen !== 'enrol';
}

/** Room for the screen itself, the frame taken off. Never less than the smallest window has, so that no layout breaks. */
export function roomOf(size: TerminalSize, route: Route, noticeRows: number): TerminalSize {
  const { columns, rows } = atLeast(size);
  return { columns, rows: rows - (hasHeader(route) ? HEADER : 0) - noticeRows - KEYS };
}

export function atLeast({ columns, rows }: TerminalSize): TerminalSize {
  return { columns: Math.max(SMALLEST.columns, columns), rows: Math.max(SMALLEST.rows, rows) };
}

export function tooSmallText({ columns, rows }: TerminalSize): readonly string[] {
  return ['Window too small', `${columns}x${rows} now`, `${SMALLEST.columns}x${SMALLEST.rows} needed`]
    .map((line) => line.slice(0, Math.max(1, columns)))
    .slice(0, Math.max(1, rows));
}
