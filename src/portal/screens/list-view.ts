import type { TerminalSize } from '#/domain/session.js';
import { type ListState, scrollTop } from '../list.js';
import { fit, fitEnd, width } from '../text.js';
import { EMPTY, fitLine, inOneLook, type Line, type Signs, span, spread } from '../view.js';

export interface ListView<T> {
  readonly state: ListState<T>;
  readonly room: TerminalSize;
  /** First row that was in sight the last time. */
  readonly top: number;
  readonly sign: Signs;
  /** What the filter looks for, in the line where it is typed. */
  readonly prompt: string;
  /** How many there are, where the list does not know it. */
  readonly count?: string;
  /** Column heads, and the row of an item without its pointer, both for so many columns. */
  readonly heads: (columns: number) => Line;
  readonly row: (item: T, columns: number) => Line;
  /** What to say when there is nothing. */
  readonly nothing: string;
  /** Beside the list, where the window is wide enough; one line below it, where it is not. */
  readonly details: (item: T, columns: number) => readonly Line[];
  readonly summary: (item: T) => Line;
}

/** From here on there is room for the details beside the list. */
const WIDE = 100;

/** Rows that the list itself has: the filter, the heads and the line below take three. */
export function listHeight({ columns, rows }: TerminalSize): number {
  return Math.max(1, rows - (columns >= WIDE ? 2 : 3));
}

/** A filtered list as lines, and the first row in sight. */
export function listLines<T>(view: ListView<T>): { readonly lines: readonly Line[]; readonly top: number } {
  const { room, state } = view;
  const wide = room.columns >= WIDE;
  const height = listHeight(room);
  const pane = wide ? Math.min(64, Math.floor(room.columns * 0.36)) : 0;
  const columns = wide ? room.columns - pane - 3 : room.columns;
  const top = scrollTop(view.top, state.selected, height, state.shown.length);
  const list = [head(view, columns), ...rowLines(view, top, height, columns)];
  const padded = Array.from({ length: height + 1 }, (_, place) => list[place] ?? EMPTY);
  const body = wide ? beside(view, padded, columns, pane) : [...padded, below(view)];
  return { lines: [filterLine(view), ...body], top };
}

function filterLine<T>({ state, room, sign, prompt, count: told }: ListView<T>): Line {
  const total = state.items?.length ?? 0;
  const all = told ?? (state.filter === '' ? String(total) : `${state.shown.length} of ${total}`);
  const count = state.items === null ? '' : all;
  const label = `${sign('pointer')} `;
  const space = room.columns - width(label) - width(count) - 2;
  const typed = fitEnd(state.filter, Math.min(width(state.filter), space), sign('more'));
  const hint = state.filter === '' ? [span(` ${prompt}`, 'quiet')] : [];
  return spread(
    [span(label, 'key'), span(typed, 'typed'), span('_', 'key'), ...hint],
    [span(count, 'quiet')],
    room.columns,
    sign('more'),
  );
}

function head<T>({ heads }: ListView<T>, columns: number): Line {
  return inOneLook([span('  '), ...heads(columns - 2)], 'quiet');
}

function rowLines<T>(
  { state, sign, row, nothing }: ListView<T>,
  top: number,
  height: number,
  columns: number,
): readonly Line[] {
  if (state.shown.length === 0) {
    const why =
      state.items === null
        ? 'Asking the vault…'
        : state.filter === ''
          ? nothing
          : 'Nothing matches what is typed. Ctrl-U takes it back.';
    return [EMPTY, [span(`  ${why}`, 'quiet')]];
  }
  return state.shown.slice(top, top + height).map((item, place) => {
    const line = row(item, columns - 2);
    return top + place === state.selected
      ? inOneLook(fitLine([span(`${sign('pointer')} `), ...line], columns, sign('more')), 'selected')
      : [span('  '), ...line];
  });
}

function beside<T>(view: ListView<T>, list: readonly Line[], columns: number, pane: number): readonly Line[] {
  const item = view.state.shown[view.state.selected];
  const details = item === undefined ? [] : view.details(item, pane);
  const bar = span(` ${view.sign('column')} `, 'quiet');
  return list.map((line, place) => [
    ...fitLine(line, columns, view.sign('more')),
    bar,
    ...fitLine(details[place] ?? EMPTY, pane, view.sign('more')),
  ]);
}

function below<T>({ state, summary, sign, room }: ListView<T>): Line {
  const item = state.shown[state.selected];
  return item === undefined ? EMPTY : fitLine(summary(item), room.columns, sign('more'));
}

/** Cells side by side, two spaces between them; `columns` of a cell is exact. */
export function cells(
  parts: readonly { readonly text: string; readonly columns: number; readonly look?: Line[number]['look'] }[],
  mark: string,
): Line {
  return parts
    .filter((part) => part.columns > 0)
    .flatMap((part, place) => [
      ...(place === 0 ? [] : [span('  ')]),
      span(fit(part.text, part.columns, mark), part.look),
    ]);
}
