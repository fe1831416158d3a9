import type { MemberRow } from '#/contract/rows.js';
import { PRESETS, type Preset } from '#/domain/permission.js';
import type { TerminalSize } from '#/domain/session.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { dateTime } from '../../times.js';
import { centered, EMPTY, framed, type Line, labelled, paragraph, type Signs, span } from '../../view.js';
import { fieldLine } from '../form-view.js';
import { cells } from '../list-view.js';
import { permissionText, untilText } from '../safes/safes-view.js';

export const membersList: ListKind<MemberRow> = {
  idOf: (row) => `${row.kind} ${row.member}`,
  textOf: (row) => `${row.member} ${row.kind} ${row.preset ?? row.permissions.join(' ')}`,
  order: (a, b) => (a.kind === b.kind ? (a.member < b.member ? -1 : 1) : a.kind === 'user' ? -1 : 1),
};

export const PRESET_NAMES = Object.keys(PRESETS) as readonly Preset[];

function widths(columns: number) {
  const until = columns >= 56 ? 16 : 0;
  const name = Math.max(10, Math.floor((columns - until) * 0.4));
  return { name, kind: 5, until, may: Math.max(8, columns - name - 9 - (until > 0 ? until + 2 : 0)) };
}

export function memberHeads(columns: number): Line {
  const { name, kind, may, until } = widths(columns);
  return cells(
    [
      { text: 'Member', columns: name },
      { text: 'Kind', columns: kind },
      { text: 'May', columns: may },
      { text: 'Until, UTC', columns: until },
    ],
    '',
  );
}

export function memberLine(row: MemberRow, columns: number, sign: Signs): Line {
  const { name, kind, may, until } = widths(columns);
  return cells(
    [
      { text: shown(row.member), columns: name },
      { text: row.kind, columns: kind, look: 'quiet' },
      { text: permissionText(row.permissions), columns: may },
      { text: untilText(row.expiresAt), columns: until, look: 'quiet' },
    ],
    sign('more'),
  );
}

export function memberSummary(row: MemberRow): Line {
  return [span(`  ${row.permissions.join(', ')}`, 'quiet')];
}

export function memberDetails(row: MemberRow, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['Kind', row.kind],
      ['May', row.permissions.join(', ')],
      ['Until', row.expiresAt === null ? 'no end' : `${dateTime(row.expiresAt)} UTC`],
    ],
    columns,
  );
  return [[span(shown(row.member), 'strong')], EMPTY, ...rows];
}

export interface AddMemberView {
  readonly safe: string;
  readonly at: 'member' | 'preset' | 'days';
  readonly member: string;
  readonly preset: Preset;
  readonly days: string;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function addMemberLines(view: AddMemberView): readonly Line[] {
  const { safe, at, room, sign } = view;
  const inner = Math.max(24, Math.min(60, room.columns - 4));
  const field = (label: string, value: string, here: boolean): Line =>
    fieldLine({ label, labelColumns: 12, value, here, columns: inner }, sign);
  const about =
    at === 'preset'
      ? `${PRESETS[view.preset].join(', ')}. Space for another.`
      : at === 'days'
        ? 'After so many days it ends by itself; empty: no end.'
        : 'The name of a user or of a group.';
  const lines = [
    field('Member', view.member, at === 'member'),
    field('May', view.preset, at === 'preset'),
    field('Days', view.days, at === 'days'),
    EMPTY,
    ...paragraph(about, inner, 'quiet'),
  ];
  return centered(framed(`Add to ${shown(safe)}`, lines, room.columns, sign), room);
}

export function removeMemberLines(row: MemberRow, room: TerminalSize, sign: Signs): readonly Line[] {
  const inner = Math.max(24, Math.min(60, room.columns - 4));
  const lines = [
    ...paragraph(`Remove ${row.kind} ${shown(row.member)} from ${shown(row.safe)}?`, inner),
    ...paragraph('Sessions that run by this membership are ended within a minute.', inner, 'quiet'),
  ];
  return centered(framed('Remove a member', lines, room.columns, sign), room);
}
