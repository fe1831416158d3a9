import type { SessionRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import { fitEnd, shown, width } from '../../text.js';
import { dateTime, duration } from '../../times.js';
import { centered, EMPTY, framed, type Line, labelled, paragraph, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

interface Widths {
  readonly state: number;
  readonly user: number;
  readonly account: number;
  readonly from: number;
  readonly length: number;
}

function widths(columns: number): Widths {
  const from = columns >= 70 ? 15 : 0;
  const user = Math.max(6, Math.min(18, Math.floor(columns * 0.13)));
  const fixed = 10 + 2 + user + 2 + 2 + 8 + (from > 0 ? from + 2 : 0);
  return { state: 10, user, from, length: 8, account: Math.max(8, columns - fixed) };
}

export function liveHeads(columns: number): Line {
  const w = widths(columns);
  return cells(
    [
      { text: 'State', columns: w.state },
      { text: 'User', columns: w.user },
      { text: 'Account', columns: w.account },
      { text: 'From', columns: w.from },
      { text: '   Since', columns: w.length },
    ],
    '',
  );
}

export function liveLine(row: SessionRow, columns: number, now: number, sign: Signs): Line {
  const w = widths(columns);
  return cells(
    [
      {
        text: row.state,
        columns: w.state,
        look: row.state === 'running' ? 'good' : row.state === 'detached' ? 'warning' : 'quiet',
      },
      { text: row.mine ? 'you' : shown(row.user), columns: w.user },
      { text: shown(row.account), columns: w.account },
      { text: shown(row.from), columns: w.from, look: 'quiet' },
      { text: duration(now - row.startedAt).padStart(w.length), columns: w.length },
    ],
    sign('more'),
  );
}

export function liveSummary(row: SessionRow, sign: Signs): Line {
  const what = row.mine
    ? row.state === 'detached'
      ? 'waits for you: Enter takes it up again'
      : 'yours'
    : row.watchers.length > 0
      ? `of ${shown(row.user)}, watched by ${shown(row.watchers.join(', '))}`
      : `of ${shown(row.user)}`;
  return [
    span(
      `  ${[what, `safe ${shown(row.safe)}`, `from ${shown(row.from)}`, `isolation level ${row.isolation}`].join(` ${sign('between')} `)}`,
      'quiet',
    ),
  ];
}

export function liveDetails(row: SessionRow, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['State', row.state === 'detached' ? 'detached: no terminal, it runs on' : row.state],
      ['User', row.mine ? `${shown(row.user)} (you)` : shown(row.user)],
      ['From', shown(row.from)],
      ['Safe', shown(row.safe)],
      ['Started', `${dateTime(row.startedAt)} UTC`],
      ...reasonField(row),
      ['Isolation', `level ${row.isolation}`],
      ['May end it', row.mayEnd ? 'yes' : 'no'],
      ['May watch it', row.mine ? 'it is yours' : row.mayWatch ? 'yes' : 'no'],
      ...(row.watchers.length > 0 ? [['Watched by', shown(row.watchers.join(', '))] as const] : []),
      ['Id', row.id],
    ],
    columns,
  );
  return [[span(shown(row.account), 'strong')], EMPTY, ...rows];
}

/** Why it was opened, and where it leads when it is a forwarded connection. */
function reasonField({ reason, forward }: SessionRow): readonly (readonly [string, string])[] {
  return [
    ...(forward === null ? [] : [['Forwards to', shown(forward)] as const]),
    ...(reason === null ? [] : [['Reason', shown(reason)] as const]),
  ];
}

/** The question before a session is ended; somebody else's needs a reason. */
export function endQuestion(
  row: SessionRow,
  reason: string,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const inner = Math.min(64, room.columns - 4);
  const what = row.mine
    ? `End your session on ${shown(row.account)}?`
    : `End the session of ${shown(row.user)} on ${shown(row.account)}?`;
  const typed = fitEnd(reason, Math.min(width(reason), inner - 10), sign('more'));
  const field: readonly Line[] = row.mine
    ? []
    : [EMPTY, [span('Reason  ', 'quiet'), span(typed, 'typed'), span('_', 'key')]];
  return centered(
    framed(
      'End session',
      [
        ...paragraph(what, inner),
        [span('Everything that runs in it is ended too.', 'quiet')],
        ...field,
        EMPTY,
        [span('Enter', 'key'), span(' end it   '), span('Esc', 'key'), span(' back')],
      ],
      room.columns,
      sign,
    ),
    room,
  );
}
