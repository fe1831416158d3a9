import type { DirectoryMapRow, DirectoryRow } from '#/contract/directory-rows.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

/** A map with the directory that it is of. */
export interface MapItem extends DirectoryMapRow {
  readonly directory: string;
  /** How many the directory has. */
  readonly of: number;
}

export function mapItems(directories: readonly DirectoryRow[]): readonly MapItem[] {
  return directories.flatMap(({ name, maps }) =>
    maps.map((map) => ({ ...map, directory: name, of: maps.length })),
  );
}

export const mapsList: ListKind<MapItem> = {
  idOf: (row) => `${row.directory} ${row.position}`,
  textOf: (row) => `${row.directory} ${row.rule} ${row.groups.join(' ')}`,
  order: (a, b) =>
    a.directory === b.directory ? a.position - b.position : a.directory < b.directory ? -1 : 1,
};

const PLACE = 3;

function widths(columns: number) {
  const directory = Math.max(8, Math.floor(columns * 0.2));
  const gives = Math.max(8, Math.floor(columns * 0.3));
  return { directory, gives, rule: Math.max(8, columns - directory - gives - PLACE - 6) };
}

export function mapHeads(columns: number): Line {
  const { directory, rule, gives } = widths(columns);
  return cells(
    [
      { text: 'Directory', columns: directory },
      { text: 'No', columns: PLACE },
      { text: 'Who', columns: rule },
      { text: 'Gets', columns: gives },
    ],
    '',
  );
}

export function mapLine(row: MapItem, columns: number, sign: Signs): Line {
  const { directory, rule, gives } = widths(columns);
  return cells(
    [
      { text: shown(row.directory), columns: directory },
      { text: String(row.position), columns: PLACE, look: 'quiet' },
      { text: shown(row.rule), columns: rule },
      { text: shown([...row.groups, ...row.rights].join(', ')), columns: gives },
    ],
    sign('more'),
  );
}

export function mapSummary(row: MapItem): Line {
  return [
    span(`  ${shown(row.rule)}: ${shown([...row.groups, ...row.rights].join(', ') || 'nothing')}`, 'quiet'),
  ];
}

export function mapDetails(row: MapItem, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['Place', `${row.position} of ${row.of}; the first that fits counts`],
      ['Groups', shown(row.groups.join(', '))],
      ['Rights', row.rights.join(', ')],
      ['Location', shown(row.location ?? 'none')],
    ],
    columns,
  );
  return [[span(shown(row.rule), 'strong')], EMPTY, ...rows];
}
