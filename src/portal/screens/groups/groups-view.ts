import type { GroupRow } from '#/contract/rows.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

export const groupsList: ListKind<GroupRow> = {
  idOf: (row) => row.id,
  textOf: (row) => `${row.name} ${row.members.join(' ')}`,
  order: (a, b) => (a.name < b.name ? -1 : 1),
};

const FACTOR = 13;
const COUNT = 7;

function nameColumns(columns: number): number {
  return Math.max(10, columns - FACTOR - COUNT - 4);
}

export function groupHeads(columns: number): Line {
  return cells(
    [
      { text: 'Group', columns: nameColumns(columns) },
      { text: 'Members', columns: COUNT },
      { text: 'Second factor', columns: FACTOR },
    ],
    '',
  );
}

export function groupLine(row: GroupRow, columns: number, sign: Signs): Line {
  return cells(
    [
      { text: shown(row.name), columns: nameColumns(columns) },
      { text: String(row.members.length), columns: COUNT },
      { text: row.secondFactor, columns: FACTOR, look: 'quiet' },
    ],
    sign('more'),
  );
}

export function groupSummary(row: GroupRow): Line {
  return [span(`  ${row.members.length === 0 ? 'nobody' : shown(row.members.join(', '))}`, 'quiet')];
}

export function groupDetails(row: GroupRow, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['Kind', row.builtIn ? 'built in' : 'made here'],
      ['2nd factor', row.secondFactor],
      ['Rights', row.rights.join(', ')],
      ['Members', shown(row.members.join(', '))],
    ],
    columns,
  );
  return [[span(shown(row.name), 'strong')], EMPTY, ...rows];
}
