import type { TerminalSize } from '#/domain/session.js';
import type { Replayed } from '../../route.js';
import { shown, width } from '../../text.js';
import type { Theme } from '../../theme.js';
import { dateTime, duration } from '../../times.js';
import {
  centered,
  EMPTY,
  fitLine,
  framed,
  type Line,
  labelled,
  paragraph,
  type Signs,
  span,
  spread,
} from '../../view.js';
import { pictureLines } from './picture.js';
import { willPass } from './replay-failure.js';
import type { ReplayState } from './replay-state.js';
import { transcriptColumns, transcriptLines } from './transcript-view.js';

/** Title and time bar take two rows, the transcript a part of a wide window; the rest is for the picture. */
export function pictureRoom(room: TerminalSize): TerminalSize {
  const beside = transcriptColumns(room);
  return { columns: room.columns - (beside > 0 ? beside + 3 : 0), rows: Math.max(1, room.rows - 2) };
}

export function replayLines(
  state: ReplayState,
  recording: Replayed,
  room: TerminalSize,
  theme: Theme,
): readonly Line[] {
  const space = pictureRoom(room);
  const picture = pictureOf(state, space, theme);
  const padded = withTranscript(
    state,
    Array.from({ length: space.rows }, (_, row) => picture[row] ?? EMPTY),
    room,
    theme.sign,
  );
  return [
    titleLine(state, recording, room.columns, theme.sign),
    ...padded,
    barLine(state, room.columns, theme.sign),
  ];
}

function withTranscript(
  { transcript, line, failure }: ReplayState,
  picture: readonly Line[],
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const columns = transcriptColumns(room);
  if (columns === 0) return picture;
  const space = pictureRoom(room);
  const lines =
    failure === null ? transcriptLines(transcript, line, { columns, rows: space.rows }, sign) : [];
  const bar = span(` ${sign('column')} `, 'quiet');
  return picture.map((one, row) => [
    ...fitLine(one, space.columns, ''),
    bar,
    ...fitLine(lines[row] ?? EMPTY, columns, sign('more')),
  ]);
}

function pictureOf({ failure, frame }: ReplayState, space: TerminalSize, theme: Theme): readonly Line[] {
  if (failure !== null) {
    const inner = Math.max(20, Math.min(66, space.columns - 4));
    const rows = labelled(
      [
        ['Code', failure.code],
        ['Next', shown(failure.next)],
      ],
      inner,
    );
    const again = willPass(failure) ? [EMPTY, [span('Trying again by itself.', 'quiet')]] : [];
    return centered(
      framed(
        'No replay',
        [...paragraph(shown(failure.message), inner, 'bad'), EMPTY, ...rows, ...again],
        space.columns,
        theme.sign,
      ),
      space,
    );
  }
  return frame === null
    ? centered([[span('Opening the recording…', 'quiet')]], space)
    : pictureLines(frame, space, theme);
}

function titleLine({ opened, frame }: ReplayState, recording: Replayed, columns: number, sign: Signs): Line {
  const left = [
    span(` ${shown(recording.account)}`, 'title'),
    span(`  ${shown(recording.user)}, ${dateTime(recording.startedAt)} UTC`, 'quiet'),
  ];
  const cut =
    opened !== null && !opened.complete && !opened.running ? [span(`${sign('cut')} cut  `, 'warning')] : [];
  const runs = opened?.running === true ? [span('running  ', 'live')] : [];
  const size =
    frame === null
      ? ''
      : `${frame.columns}x${frame.rows}${frame.left > 0 || frame.top > 0 ? ` from ${frame.left + 1},${frame.top + 1}` : ''} `;
  return spread(left, [span('  '), ...cut, ...runs, span(size, 'quiet')], columns, sign('more'));
}

const STATES = { playing: 'play', paused: 'pause', following: 'live', ended: 'stop' } as const;

/** State, time, bar with markers, length, speed, idle compression. */
function barLine({ opened, frame, sought }: ReplayState, columns: number, sign: Signs): Line {
  if (opened === null || frame === null) return EMPTY;
  const at = Math.min(sought ?? frame.at, Math.max(opened.durationMs, frame.at));
  const left = ` ${sign(STATES[frame.state])} ${duration(at)} `;
  const pace = frame.state === 'following' ? 'following' : `${frame.speed}x`;
  const right = ` ${duration(opened.durationMs)}  ${pace}  idle ${frame.idleLimit > 0 ? `${frame.idleLimit / 1000} s` : 'as it was'} `;
  const room = columns - width(left) - width(right);
  const bar =
    room < 5
      ? []
      : timeBar(
          at,
          opened.durationMs,
          opened.markers.map((marker) => marker.at),
          room,
          sign,
        );
  return fitLine([span(left, 'strong'), ...bar, span(right, 'quiet')], columns, sign('more'));
}

export function timeBar(
  at: number,
  length: number,
  markers: readonly number[],
  columns: number,
  sign: Signs,
): Line {
  const place = (time: number): number =>
    length <= 0 ? 0 : Math.max(0, Math.min(columns - 1, Math.round((time / length) * (columns - 1))));
  const head = place(at);
  const marked = new Set(markers.map(place));
  const part = (from: number, to: number, plain: 'passed' | 'ahead'): string =>
    Array.from({ length: Math.max(0, to - from) }, (_, index) =>
      marked.has(from + index) ? sign('marker') : sign(plain),
    ).join('');
  return [
    span(part(0, head, 'passed'), 'title'),
    span(sign('head'), 'strong'),
    span(part(head + 1, columns, 'ahead'), 'quiet'),
  ];
}
