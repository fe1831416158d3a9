import type { AuditRow } from '#/contract/rows.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { dateTime, shortTime } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

export const auditList: ListKind<AuditRow> = {
  idOf: (row) => String(row.sequence),
  textOf: (row) =>
    [
      row.code,
      row.action,
      row.outcome,
      row.actor,
      row.safe,
      row.account,
      row.target,
      row.from,
      row.detail,
    ].join(' '),
  order: (a, b) => b.sequence - a.sequence,
};

function widths(columns: number) {
  const action = columns >= 66 ? 20 : 0;
  const actor = Math.max(8, Math.min(18, Math.floor(columns * 0.16)));
  const fixed = 12 + 2 + 4 + 2 + actor + 2 + (action > 0 ? action + 2 : 0);
  return { at: 12, code: 4, actor, action, what: Math.max(8, columns - fixed) };
}

export function auditHeads(columns: number): Line {
  const w = widths(columns);
  return cells(
    [
      { text: 'Time, UTC', columns: w.at },
      { text: 'Code', columns: w.code },
      { text: 'Who', columns: w.actor },
      { text: 'Action', columns: w.action },
      { text: 'What', columns: w.what },
    ],
    '',
  );
}

export function auditLine(row: AuditRow, columns: number, now: number, sign: Signs): Line {
  const w = widths(columns);
  const look = row.outcome === 'ok' ? 'plain' : 'bad';
  return cells(
    [
      { text: shortTime(row.at, now), columns: w.at, look: 'quiet' },
      { text: String(row.code), columns: w.code, look },
      { text: shown(row.actor), columns: w.actor },
      { text: row.action, columns: w.action, look },
      { text: shown(row.account ?? row.target ?? row.detail ?? ''), columns: w.what, look: 'quiet' },
    ],
    sign('more'),
  );
}

export function auditSummary(row: AuditRow, sign: Signs): Line {
  const parts = [row.outcome, row.failureCode, row.from, row.gateway, row.detail].filter(
    (one) => one !== null,
  );
  return [span(`  ${parts.map(shown).join(` ${sign('between')} `)}`, row.outcome === 'ok' ? 'quiet' : 'bad')];
}

export function auditDetails(row: AuditRow, columns: number): readonly Line[] {
  const known: readonly (readonly [string, string | null])[] = [
    ['Time', `${dateTime(row.at)} UTC`],
    ['Who', row.actor],
    ['Through', row.gateway],
    ['From', row.from],
    ['Bastion', row.bastion],
    ['Outcome', row.failureCode === null ? row.outcome : `${row.outcome}, ${row.failureCode}`],
    ['Safe', row.safe],
    ['Account', row.account],
    ['Target', row.target],
    ['Session', row.sessionId],
    ['Stage', row.stage === null ? null : String(row.stage)],
    ['Detail', row.detail],
    ['Row', String(row.sequence)],
  ];
  const rows = known.flatMap(([label, value]) => (value === null ? [] : [[label, shown(value)] as const]));
  return [[span(`${row.code} ${row.action}`, 'strong')], EMPTY, ...labelled(rows, columns)];
}
