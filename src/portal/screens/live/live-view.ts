import type { SessionRow } from '#/contract/rows.js';
import { shown } from '../../text.js';
import { dateTime, duration } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

interface Widths {
  readonly state: number;
  readonly user: number;
  readonly account: number;
  readonly from: number;
  readonly idle: number;
  readonly length: number;
  readonly bytes: number;
  readonly last: number;
}

/** What there is no room for stands in the details. */
function widths(columns: number): Widths {
  const idle = columns >= 56 ? 5 : 0;
  const from = columns >= 78 ? 15 : 0;
  const bytes = columns >= 94 ? 7 : 0;
  const user = Math.max(6, Math.min(18, Math.floor(columns * 0.12)));
  const fixed = [STATE, user, LENGTH, idle, from, bytes].reduce(
    (sum, one) => sum + (one > 0 ? one + 2 : 0),
    0,
  );
  const left = columns - fixed;
  const last = left >= 56 ? Math.floor(left / 2) : 0;
  return {
    state: STATE,
    user,
    from,
    idle,
    length: LENGTH,
    bytes,
    last,
    account: Math.max(8, left - (last > 0 ? last + 2 : 0)),
  };
}

const STATE = 9;
const LENGTH = 8;

export function liveHeads(columns: number): Line {
  const w = widths(columns);
  return cells(
    [
      { text: 'State', columns: w.state },
      { text: 'User', columns: w.user },
      { text: 'Account', columns: w.account },
      { text: 'From', columns: w.from },
      { text: 'Idle'.padStart(w.idle), columns: w.idle },
      { text: 'Since'.padStart(w.length), columns: w.length },
      { text: 'Bytes'.padStart(w.bytes), columns: w.bytes },
      { text: 'Last', columns: w.last },
    ],
    '',
  );
}

export function liveLine(row: SessionRow, columns: number, now: number, sign: Signs): Line {
  const w = widths(columns);
  const { text, look } = stateOf(row);
  return cells(
    [
      { text, look, columns: w.state },
      { text: row.mine ? 'you' : shown(row.user), columns: w.user },
      { text: shown(row.account), columns: w.account },
      { text: shown(row.from), columns: w.from, look: 'quiet' },
      { text: briefly(idleOf(row, now)).padStart(w.idle), columns: w.idle },
      { text: duration(now - row.startedAt).padStart(w.length), columns: w.length },
      { text: sizeOf(row.recordedBytes).padStart(w.bytes), columns: w.bytes, look: 'quiet' },
      { text: shown(row.lastActivity ?? ''), columns: w.last, look: 'quiet' },
    ],
    sign('more'),
  );
}

function stateOf(row: SessionRow): { readonly text: string; readonly look: Line[number]['look'] } {
  if (row.company !== null)
    return row.company === 'waiting' ? { text: 'waiting', look: 'warning' } : { text: 'frozen', look: 'bad' };
  if (row.suspendedBy !== null) return { text: 'suspended', look: 'bad' };
  if (row.controlledBy !== null) return { text: 'taken', look: 'warning' };
  const look = row.state === 'running' ? 'good' : row.state === 'detached' ? 'warning' : 'quiet';
  return { text: row.state, look };
}

/** In five characters: 04:59, 5h58, 12d07. */
export function briefly(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const minutes = ms / 60_000;
  if (minutes < 60) return `${two(minutes)}:${two((ms / 1000) % 60)}`;
  const hours = minutes / 60;
  return hours < 24
    ? `${Math.floor(hours)}h${two(minutes % 60)}`
    : `${Math.floor(hours / 24)}d${two(hours % 24)}`;
}

/** Since the last key, or since the start when there was none. */
function idleOf(row: SessionRow, now: number): number {
  return Math.max(0, now - (row.lastKeyAt ?? row.startedAt));
}

/** Bytes in at most six characters. */
export function sizeOf(bytes: number | null): string {
  if (bytes === null) return '';
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const place = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** place;
  return `${place === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[place]}`;
}

export function liveSummary(row: SessionRow, now: number, sign: Signs): Line {
  const what = row.mine
    ? row.state === 'detached'
      ? 'waits for you: Enter takes it up again'
      : 'yours'
    : row.watchers.length > 0
      ? `of ${shown(row.user)}, watched by ${shown(row.watchers.join(', '))}`
      : `of ${shown(row.user)}`;
  return [
    span(
      `  ${[
        ...(row.company === null ? [] : [companyText(row.company)]),
        ...(row.suspendedBy === null ? [] : [`suspended by ${shown(row.suspendedBy)}`]),
        ...(row.controlledBy === null ? [] : [`${shown(row.controlledBy)} types`]),
        what,
        `idle ${duration(idleOf(row, now))}`,
        ...(row.recordedBytes === null ? [] : [sizeOf(row.recordedBytes)]),
        ...(row.lastActivity === null ? [] : [shown(row.lastActivity)]),
        `safe ${shown(row.safe)}`,
        `from ${shown(row.from)}`,
        `level ${row.isolation}`,
      ].join(` ${sign('between')} `)}`,
      'quiet',
    ),
  ];
}

export function liveDetails(row: SessionRow, columns: number, now: number): readonly Line[] {
  const rows = labelled(
    [
      ['State', row.state === 'detached' ? 'detached: no terminal, it runs on' : row.state],
      ...(row.company === null ? [] : [['Four eyes', companyText(row.company)] as const]),
      ['User', row.mine ? `${shown(row.user)} (you)` : shown(row.user)],
      ['From', shown(row.from)],
      ['Safe', shown(row.safe)],
      ['Started', `${dateTime(row.startedAt)} UTC`],
      ...reasonField(row),
      ['Idle', row.lastKeyAt === null ? 'no key so far' : duration(idleOf(row, now))],
      ['Recorded', row.recordedBytes === null ? 'not known yet' : sizeOf(row.recordedBytes)],
      ...(row.lastActivity === null ? [] : [['Last', shown(row.lastActivity)] as const]),
      ...(row.suspendedBy === null ? [] : [['Suspended', `by ${shown(row.suspendedBy)}`] as const]),
      ...(row.controlledBy === null ? [] : [['Keyboard', `with ${shown(row.controlledBy)}`] as const]),
      ['Isolation', `level ${row.isolation}`],
      ['You may', mayText(row)],
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

function companyText(company: NonNullable<SessionRow['company']>): string {
  return company === 'waiting' ? 'waits for somebody to watch' : 'frozen: nobody watches any more';
}

function mayText(row: SessionRow): string {
  if (row.mine) return 'take it up, end it';
  const acts = [
    ...(row.mayWatch ? ['watch'] : []),
    ...(row.mayControl ? ['take over'] : []),
    ...(row.maySuspend ? ['suspend'] : []),
    ...(row.mayEnd ? ['end'] : []),
  ];
  return acts.length === 0 ? 'nothing' : acts.join(', ');
}
