import type { TerminalSize } from '#/domain/session.js';
import { freshTerminal } from '../screen/fresh-terminal.js';
import type { Snapshot } from '../screen/screens.js';
import { type Cover, cellsOf, rowsOf } from './cover-lines.js';

/** So that a terminal that can shows the picture all at once. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';
/** A sequence that the session only began is given up; the cursor is kept; then rows are written as they are. */
const OVER = '\x18\x1b7\x1b[?6l\x1b[r\x1b[?7l\x1b[4l\x1b(B\x0f';
const BACK = '\x1b[0m\x1b8';

/** The session's screen with lines of ours over its lowest rows, or its highest where somebody works in the lowest. What comes next on this terminal must draw it anew. */
export function coveredPicture(shot: Snapshot | null, { texts }: Cover, size: TerminalSize): Buffer {
  const { columns, rows } = shot ?? size;
  const lines = texts.flatMap((text) => rowsOf(text, columns)).slice(0, rows);
  const lowest = rows - lines.length;
  const first = shot !== null && shot.row >= lowest ? 1 : lowest + 1;
  const over = lines.map((line, at) => {
    const blank = ' '.repeat(Math.max(0, columns - cellsOf(line)));
    return `\x1b[${first + at};1H\x1b[0;7m${line}${blank}`;
  });
  return Buffer.from(
    BEGIN + freshTerminal(columns) + (shot?.screen ?? '') + OVER + over.join('') + BACK + END,
    'utf8',
  );
}
