import type { SessionRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import { endingWords } from '../../ending-words.js';
import { shown } from '../../text.js';
import type { Theme } from '../../theme.js';
import { duration } from '../../times.js';
import {
  centered,
  EMPTY,
  framed,
  type Line,
  labelled,
  paragraph,
  type Signs,
  type Span,
  span,
  spread,
} from '../../view.js';
import { pictureLines } from '../replay/picture.js';
import { hasKeyboard, type WatchState } from './watch-state.js';

/** The title and the state of things take two rows, outside the picture; the rest is the session's. */
export function watchRoom(room: TerminalSize): TerminalSize {
  return { columns: room.columns, rows: Math.max(1, room.rows - 2) };
}

export function watchLines(
  state: WatchState,
  session: SessionRow,
  now: number,
  room: TerminalSize,
  theme: Theme,
): readonly Line[] {
  const space = watchRoom(room);
  const picture = pictureOf(state, space, theme);
  return [
    titleLine(state, session, now, room.columns, theme.sign),
    ...Array.from({ length: space.rows }, (_, row) => picture[row] ?? EMPTY),
    stateLine(state, room.columns, theme.sign),
  ];
}

function pictureOf(
  { frame, failure, ending }: WatchState,
  space: TerminalSize,
  theme: Theme,
): readonly Line[] {
  // what was seen last stays in sight; why there is no more of it stands below
  if (frame !== null) return pictureLines(frame, space, theme);
  if (failure === null)
    return centered([[span(ending === null ? 'Opening the session…' : 'It is over.', 'quiet')]], space);
  const inner = Math.max(20, Math.min(66, space.columns - 4));
  const rows = labelled(
    [
      ['Code', failure.code],
      ['Next', shown(failure.next)],
    ],
    inner,
  );
  return centered(
    framed(
      'Not watching',
      [...paragraph(shown(failure.message), inner, 'bad'), EMPTY, ...rows],
      space.columns,
      theme.sign,
    ),
    space,
  );
}

function titleLine(
  { frame, ending, failure }: WatchState,
  session: SessionRow,
  now: number,
  columns: number,
  sign: Signs,
): Line {
  const live = ending === null && failure === null;
  const left = [
    span(live ? ` ${sign('live')} LIVE ` : ` ${sign('stop')} `, live ? 'bad' : 'quiet'),
    span(` ${shown(session.account)}`, 'title'),
    span(
      `  ${shown(session.user)} from ${shown(session.from)}, ${duration(now - session.startedAt)}`,
      'quiet',
    ),
  ];
  const from =
    frame !== null && (frame.left > 0 || frame.top > 0) ? ` from ${frame.left + 1},${frame.top + 1}` : '';
  const size = frame === null ? '' : `${frame.columns}x${frame.rows}${from} `;
  return spread(left, [span('  '), span(size, 'quiet')], columns, sign('more'));
}

function stateLine(state: WatchState, columns: number, sign: Signs): Line {
  const viewers = state.overseen?.viewers ?? [];
  const others = viewers.length > 1 ? `watched by ${shown(viewers.join(', '))} ` : '';
  return spread([stateOf(state)], [span('  '), span(others, 'quiet')], columns, sign('more'));
}

function stateOf(state: WatchState): Span {
  const { ending, failure, frame, overseen } = state;
  if (ending !== null) return span(` ${endingWords(ending)}`, 'warning');
  if (failure !== null && frame !== null) return span(` ${shown(failure.message)}`, 'bad');
  if (hasKeyboard(state)) return span(' you have the keyboard: Ctrl-] hands it back', 'bad');
  const done = [
    ...(overseen === null || overseen.typing === null ? [] : [`${shown(overseen.typing)} has the keyboard`]),
    ...(overseen === null || overseen.suspended === null
      ? []
      : [`suspended by ${shown(overseen.suspended.by)}: ${shown(overseen.suspended.reason)}`]),
  ];
  return done.length > 0
    ? span(` ${done.join('; ')}`, 'warning')
    : span(' view only: nothing you type reaches the session', 'quiet');
}
