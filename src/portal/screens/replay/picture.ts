import type { CellRun, PictureFrame } from '#/contract/replay-link.js';
import { clip, shown, width } from '../../text.js';
import type { Look, Theme } from '../../theme.js';
import { EMPTY, fitLine, type Line, type Span, span } from '../../view.js';

/**
 * The recorded screen as lines. The monitor made its cells harmless; they are made so once more here, because the person
 * who watches must not depend on another process having done it.
 */
export function pictureLines(
  frame: PictureFrame,
  room: { readonly columns: number; readonly rows: number },
  theme: Theme,
): readonly Line[] {
  const picture = {
    columns: Math.min(room.columns, Math.max(0, frame.columns - frame.left)),
    rows: Math.min(room.rows, Math.max(0, frame.rows - frame.top)),
  };
  const lines = Array.from({ length: picture.rows }, (_, row): Line => {
    const cursor = frame.cursor !== null && frame.cursor.row === row ? frame.cursor.column : null;
    const line = fitLine(lineOf(frame.lines[row] ?? [], theme), picture.columns, '');
    return edged(cursor === null ? line : withCursor(line, cursor), picture.columns, room.columns, theme);
  });
  return picture.rows < room.rows ? [...lines, bottomEdge(picture.columns, room.columns, theme)] : lines;
}

function lineOf(runs: readonly CellRun[], theme: Theme): Line {
  return runs.map((run): Span => ({ text: shown(run.text), picture: lookOf(run, theme) }));
}

function lookOf(run: CellRun, theme: Theme): Look {
  if (theme.color === 'none') return {};
  const [color, backgroundColor] = [theme.picture(run.fg), theme.picture(run.bg)];
  return {
    ...(color !== undefined && { color }),
    ...(backgroundColor !== undefined && { backgroundColor }),
    ...(run.bold && { bold: true }),
    ...(run.dim && { dimColor: true }),
    ...(run.italic && { italic: true }),
    ...(run.underline && { underline: true }),
    ...(run.inverse && { inverse: true }),
  };
}

/** Where the recorded screen ends in a larger window, its edge is drawn: nobody takes our room for its own. */
function edged(line: Line, columns: number, room: number, theme: Theme): Line {
  return columns < room ? [...line, span(theme.sign('column'), 'quiet')] : line;
}

function bottomEdge(columns: number, room: number, theme: Theme): Line {
  const rule = theme.sign('rule').repeat(columns);
  return [span(columns < room ? rule + theme.sign('corner') : rule, 'quiet')];
}

/** The cell under the cursor, turned round. */
export function withCursor(line: Line, column: number): Line {
  let passed = 0;
  return line.flatMap((one): Line => {
    const start = passed;
    passed += width(one.text);
    if (column < start || column >= passed) return [one];
    const before = clip(one.text, column - start);
    const rest = one.text.slice(before.length);
    const [cell = ' '] = [...rest];
    const after = rest.slice(cell.length);
    const turned: Span = { text: cell, picture: { ...one.picture, inverse: one.picture?.inverse !== true } };
    return [
      ...(before === '' ? EMPTY : [{ ...one, text: before }]),
      turned,
      ...(after === '' ? EMPTY : [{ ...one, text: after }]),
    ];
  });
}
