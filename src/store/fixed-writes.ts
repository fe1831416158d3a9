import type { Insertable, Updateable } from 'kysely';
import { byShape, type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';

type Values = Readonly<Record<string, unknown>>;

/** Adds a row. */
export function insertion<T extends keyof Tables>(
  table: T,
): (fixed: FixedQueries, row: Insertable<Tables[T]>) => Promise<void> {
  const queryOf = byShape((columns: string) =>
    fixedQuery((db, given: Values) => db.insertInto(table).values(picked(columns, given) as never)),
  );
  return (fixed, row) => fixed.run(queryOf(columnsOf(row)), row);
}

/** Changes some columns of the row that `key` names. */
export function change<T extends keyof Tables>(
  table: T,
  key: keyof Tables[T] & string,
): (fixed: FixedQueries, name: string, set: Updateable<Tables[T]>) => Promise<void> {
  const queryOf = byShape((columns: string) =>
    fixedQuery((db, given: Values) =>
      db
        .updateTable(table as 'sessions')
        .set(picked(columns, given))
        .where(key as 'id', '=', given[NAME] as string),
    ),
  );
  return async (fixed, name, set) => {
    const columns = columnsOf(set);
    if (columns !== '') await fixed.run(queryOf(columns), { ...set, [NAME]: name });
  };
}

/** No column is called so. */
const NAME = ' name';

function columnsOf(row: object): string {
  return Object.keys(row).join(' ');
}

function picked(columns: string, given: Values): Record<string, unknown> {
  return Object.fromEntries(columns.split(' ').map((column) => [column, given[column]]));
}
