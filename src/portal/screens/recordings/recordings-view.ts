import type { RecordingRow } from '#/contract/rows.js';
import { deletionText, holdText } from '#/domain/keeping.js';
import { clip, shown } from '../../text.js';
import { dateTime, duration, shortTime } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

interface Widths {
  readonly started: number;
  readonly length: number;
  readonly user: number;
  readonly account: number;
  readonly outcome: number;
  readonly kept: number;
}

function widths(columns: number): Widths {
  const outcome = columns >= 66 ? 13 : 0;
  const user = Math.max(6, Math.min(18, Math.floor(columns * 0.13)));
  const kept = columns >= 96 ? 7 : 0;
  const fixed = 12 + 2 + 7 + 2 + user + 2 + (outcome > 0 ? outcome + 2 : 0) + (kept > 0 ? kept + 2 : 0);
  return { started: 12, length: 7, user, outcome, kept, account: Math.max(8, columns - fixed) };
}

export function recordingHeads(columns: number): Line {
  const w = widths(columns);
  return cells(
    [
      { text: 'Started, UTC', columns: w.started },
      { text: ' Length', columns: w.length },
      { text: 'User', columns: w.user },
      { text: 'Account', columns: w.account },
      { text: 'Outcome', columns: w.outcome },
      { text: 'Kept', columns: w.kept },
    ],
    '',
  );
}

export function recordingLine(row: RecordingRow, columns: number, now: number, sign: Signs): Line {
  const w = widths(columns);
  const live = row.endedAt === null;
  const kept = keptOf(row);
  return cells(
    [
      { text: shortTime(row.startedAt, now), columns: w.started },
      {
        text: duration((row.endedAt ?? now) - row.startedAt).padStart(w.length),
        columns: w.length,
        look: live ? 'live' : 'plain',
      },
      { text: shown(row.user), columns: w.user },
      { text: shown(row.account), columns: w.account },
      {
        text: w.kept > 0 || kept === '' ? row.outcome : `${kept}, ${row.outcome}`,
        columns: w.outcome,
        look: lookOf(row),
      },
      { text: kept, columns: w.kept, look: row.hold === null ? 'quiet' : 'warning' },
    ],
    sign('more'),
  );
}

/** By what it is kept beyond its time, or that it is not any more. */
function keptOf({ hold, stored }: RecordingRow): string {
  if (stored === 'deleted') return 'deleted';
  return hold === null ? '' : 'held';
}

function lookOf(row: RecordingRow): 'quiet' | 'live' | 'bad' | 'warning' {
  if (row.outcome === 'running') return 'live';
  if (row.outcome === 'failed' || row.outcome === 'recorder-failed' || row.outcome === 'session-host-died')
    return 'bad';
  return row.outcome === 'exited' || row.outcome === 'owner-ended' ? 'quiet' : 'warning';
}

/** More than are loaded may be there; a word that looks like a filter and is none is told of instead. */
export function recordingCount(
  { items, filter }: { readonly items: readonly RecordingRow[] | null; readonly filter: string },
  more: boolean,
  unknown: readonly string[],
): string {
  const [word] = unknown;
  if (word !== undefined) return `${clip(shown(word), 20)} is no filter`;
  return `${items?.length ?? 0}${more ? '+' : ''}${filter === '' ? '' : ' found'}`;
}

const PLACES = {
  live: 'being written',
  spool: 'in the spool, on its way to its safe',
  safe: 'in its recording safe',
  deleted: 'deleted',
} as const;

export function recordingSummary(row: RecordingRow, sign: Signs): Line {
  const parts = [
    ...(row.hold === null ? [] : [`on hold ${shown(holdText(row.hold))}`]),
    row.endingText === null ? row.outcome : shown(row.endingText),
    `safe ${shown(row.safe)}`,
    `from ${shown(row.from)}`,
    PLACES[row.stored],
  ];
  return [span(`  ${parts.join(` ${sign('between')} `)}`, 'quiet')];
}

export function recordingDetails(row: RecordingRow, columns: number): readonly Line[] {
  const whole =
    row.complete === null ? 'not known yet' : row.complete ? 'yes' : 'no: cut, what is there is valid';
  const rows = labelled(
    [
      ['User', shown(row.user)],
      ['From', shown(row.from)],
      ['Safe', shown(row.safe)],
      ['Started', `${dateTime(row.startedAt)} UTC`],
      ['Ended', row.endedAt === null ? 'still running' : `${dateTime(row.endedAt)} UTC`],
      ...(row.forward === null ? [] : [['Forwarded to', shown(row.forward)] as const]),
      ...(row.reason === null ? [] : [['Reason', shown(row.reason)] as const]),
      ['Outcome', row.endingText === null ? row.outcome : shown(row.endingText)],
      ['Isolation', `level ${row.isolation}`],
      ['Tape', PLACES[row.stored]],
      ['Kept in', shown(row.recordingSafe)],
      ...(row.hold === null ? [] : [['On hold', shown(holdText(row.hold))] as const]),
      ...(row.deletion === null ? [] : [['Deleted', shown(deletionText(row.deletion))] as const]),
      ['Size', row.bytes === null ? 'not known yet' : bytes(row.bytes)],
      ['Complete', whole],
      ['Done in it', activities(row)],
      ['Id', row.id],
    ],
    columns,
  );
  return [[span(shown(row.account), 'strong')], EMPTY, ...rows];
}

function activities({ commands, transfers }: RecordingRow): string {
  if (commands === null && transfers === null) return 'not known yet';
  return `${commands ?? 0} commands, ${transfers ?? 0} transfers`;
}

function bytes(count: number): string {
  if (count < 10_000) return `${count} bytes`;
  return count < 10_000_000 ? `${Math.round(count / 1000)} kB` : `${Math.round(count / 1_000_000)} MB`;
}
