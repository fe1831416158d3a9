import type { Insertable, Updateable } from 'kysely';
import { type FixedQueries, type FixedQuery, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';

type Values = Readonly<Record<string, unknown>>;

/** Adds a row; all that are added by one of these have the same columns. */
export function insertion<T extends keyof Tables>(
  table: T,
): (fixed: FixedQueries, row: Insertable<Tables[T]>) => Promise<void> {
  let query: FixedQuery<Values, unknown> | null = null;
  return async (fixed, row) => {
    const columns = Object.keys(row);
    query ??= fixedQuery((db, given: Values) => db.insertInto(table).values(picked(columns, given) as never));
    await fixed.run(query, row);
  };
}

/** Changes some columns of the row that `key` names. */
export function change<T extends keyof Tables>(
  table: T,
  key: keyof Tables[T] & string,
): (fixed: FixedQueries, name: string, set: Updateable<Tables[T]>) => Promise<void> {
  const known = new Map<string, FixedQuery<Values, unknown>>();
  return async (fixed, name, set) => {
    const columns = Object.keys(set);
    if (columns.length === 0) return;
    const shape = columns.join(' ');
    const query =
      known.get(shape) ??
      fixedQuery((db, given: Values) =>
        db
          .updateTable(table as 'sessions')
          .set(picked(columns, given))
          .where(key as 'id', '=', given[NAME] as string),
      );
    known.set(shape, query);
    await fixed.run(query, { ...set, [NAME]: name });
  };
}

/** No column is called so. */
const NAME = ' name';

function picked(columns: readonly string[], given: Values): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column, given[column]]));
}
