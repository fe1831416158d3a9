import type { SearchHit } from '#/contract/replay-link.js';
import type { TerminalSize } from '#/domain/session.js';
import { scrollTop } from '../../list.js';
import { fitEnd, shown, width } from '../../text.js';
import { duration, shortTime } from '../../times.js';
import { EMPTY, fitLine, inOneLook, type Line, paragraph, type Signs, span, spread } from '../../view.js';
import { cells } from '../list-view.js';
import { isEnough, type SearchState } from './search-state.js';

/** Rows of hits: the field, the heads, and two lines about the selected one take four. */
export function hitsHeight({ rows }: TerminalSize): number {
  return Math.max(1, rows - 4);
}

export function searchLines(
  state: SearchState,
  among: string,
  {
    room,
    top,
    now,
    sign,
  }: { readonly room: TerminalSize; readonly top: number; readonly now: number; readonly sign: Signs },
): { readonly lines: readonly Line[]; readonly top: number } {
  const height = hitsHeight(room);
  const first = scrollTop(top, state.selected, height, state.hits.length);
  const rows = state.hits.slice(first, first + height).map((hit, place): Line => {
    const line = hitLine(hit, room.columns - 2, now, sign);
    return first + place === state.selected
      ? inOneLook(fitLine([span(`${sign('pointer')} `), ...line], room.columns, sign('more')), 'selected')
      : [span('  '), ...line];
  });
  const body = rows.length > 0 ? rows : [EMPTY, ...words(state, among, room.columns)];
  const padded = Array.from({ length: height }, (_, place) => body[place] ?? EMPTY);
  return {
    lines: [field(state, room, sign), heads(room.columns), ...padded, ...below(state, room, sign)],
    top: first,
  };
}

function field(state: SearchState, room: TerminalSize, sign: Signs): Line {
  const label = `${sign('pointer')} `;
  const count = progressText(state);
  const space = Math.max(1, room.columns - width(label) - width(count) - 2);
  const typed = fitEnd(state.text, Math.min(width(state.text), space), sign('more'));
  const hint = state.text === '' ? [span(' what was to be read in any recording', 'quiet')] : [];
  return spread(
    [span(label, 'key'), span(typed, 'typed'), span('_', 'key'), ...hint],
    [span(count, 'quiet')],
    room.columns,
    sign('more'),
  );
}

function progressText({ searched, progress, hits }: SearchState): string {
  if (searched === null) return '';
  if (progress === null) return 'searching…';
  const found = `${hits.length}${progress.more ? '+' : ''} in ${progress.recordings}`;
  return progress.over ? found : `${found}…`;
}

interface Widths {
  readonly started: number;
  readonly user: number;
  readonly account: number;
  readonly offset: number;
  readonly line: number;
}

function widths(columns: number): Widths {
  const user = columns >= 90 ? 12 : 0;
  const account = Math.max(10, Math.min(30, Math.floor(columns * 0.22)));
  const fixed = 12 + 2 + (user > 0 ? user + 2 : 0) + account + 2 + 7 + 2;
  return { started: 12, user, account, offset: 7, line: Math.max(5, columns - fixed) };
}

function heads(columns: number): Line {
  const w = widths(columns - 2);
  const line = cells(
    [
      { text: 'Started, UTC', columns: w.started },
      { text: 'User', columns: w.user },
      { text: 'Account', columns: w.account },
      { text: '     At', columns: w.offset },
      { text: 'Line', columns: w.line },
    ],
    '',
  );
  return inOneLook([span('  '), ...line], 'quiet');
}

function hitLine({ recording, at, line }: SearchHit, columns: number, now: number, sign: Signs): Line {
  const w = widths(columns);
  return cells(
    [
      { text: shortTime(recording.startedAt, now), columns: w.started },
      { text: shown(recording.user), columns: w.user },
      { text: shown(recording.account), columns: w.account },
      { text: duration(at).padStart(w.offset), columns: w.offset },
      { text: shown(line), columns: w.line },
    ],
    sign('more'),
  );
}

const KINDS = { screen: 'on the screen', command: 'command', activity: 'done', marker: 'marker' } as const;

/** The whole line, and what was and was not searched. */
function below(state: SearchState, room: TerminalSize, sign: Signs): readonly Line[] {
  const hit = state.hits[state.selected];
  const { progress } = state;
  const line: Line =
    hit === undefined
      ? EMPTY
      : fitLine([span(`  ${KINDS[hit.kind]}: `, 'quiet'), span(shown(hit.line))], room.columns, sign('more'));
  const notes = [
    ...(progress !== null && progress.slow > 0 ? [`${progress.slow} old ones read whole`] : []),
    ...(progress !== null && progress.left > 0 ? [`${progress.left} deleted, not searched`] : []),
    ...(progress !== null && progress.failed > 0 ? [`${progress.failed} unreadable`] : []),
    ...(progress?.more === true ? ['there are more: type more of it'] : []),
  ];
  return [
    line,
    fitLine([span(`  ${notes.join(` ${sign('between')} `)}`, 'quiet')], room.columns, sign('more')),
  ];
}

function words(state: SearchState, among: string, columns: number): readonly Line[] {
  const { failure, progress, searched, text } = state;
  if (failure !== null)
    return [
      ...paragraph(`  ${shown(failure.message)}`, columns, 'bad'),
      ...paragraph(`  ${shown(failure.next)}`, columns, 'quiet'),
    ];
  if (searched !== null && progress?.over === true)
    return paragraph(`  "${shown(searched)}" is in none of them.`, columns, 'quiet');
  if (searched !== null) return paragraph('  Searching…', columns, 'quiet');
  const where =
    among === '' ? 'all recordings that you may replay' : `the recordings that fit "${shown(among)}"`;
  return paragraph(
    isEnough(text)
      ? `  Enter looks for it in ${where}.`
      : `  Type at least two characters; Enter looks for them in ${where}. Each search is in the audit.`,
    columns,
    'quiet',
  );
}
