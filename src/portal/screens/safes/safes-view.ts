import type { PersonSafeRow } from '#/contract/rows.js';
import { PERMISSIONS, type Permission, PRESETS } from '#/domain/permission.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { dateTime } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

export const safesList: ListKind<PersonSafeRow> = {
  idOf: (row) => row.name,
  textOf: (row) => row.name,
  order: (a, b) => Number(a.builtIn) - Number(b.builtIn) || (a.name < b.name ? -1 : 1),
};

function widths(columns: number) {
  const until = columns >= 56 ? 16 : 0;
  const name = Math.max(10, Math.floor((columns - until) * 0.45));
  return { name, until, may: Math.max(8, columns - name - 2 - (until > 0 ? until + 2 : 0)) };
}

export function safeHeads(columns: number): Line {
  const { name, may, until } = widths(columns);
  return cells(
    [
      { text: 'Safe', columns: name },
      { text: 'You may', columns: may },
      { text: 'Until, UTC', columns: until },
    ],
    '',
  );
}

export function safeLine(row: PersonSafeRow, columns: number, sign: Signs): Line {
  const { name, may, until } = widths(columns);
  return cells(
    [
      { text: shown(row.name), columns: name },
      { text: permissionText(row.permissions), columns: may, look: 'quiet' },
      { text: untilText(row.expiresAt), columns: until, look: 'quiet' },
    ],
    sign('more'),
  );
}

/** A preset's name, or how many of the permissions. */
export function permissionText(permissions: readonly Permission[]): string {
  const preset = Object.entries(PRESETS).find(
    ([, of]) => of.length === permissions.length && of.every((one) => permissions.includes(one)),
  );
  return preset?.[0] ?? `${permissions.length} of ${PERMISSIONS.length}`;
}

export function untilText(at: number | null): string {
  return at === null ? '' : dateTime(at).slice(0, 16);
}

export function safeSummary(row: PersonSafeRow): Line {
  return [span(`  ${row.permissions.join(', ')}`, 'quiet')];
}

export function safeDetails(row: PersonSafeRow, columns: number): readonly Line[] {
  return [
    [span(shown(row.name), 'strong')],
    EMPTY,
    ...labelled(
      [
        ['You may', row.permissions.join(', ')],
        ['Until', row.expiresAt === null ? 'no end' : `${dateTime(row.expiresAt)} UTC`],
        ['Built in', row.builtIn ? 'yes' : 'no'],
      ],
      columns,
    ),
  ];
}
