import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqliteDatabase } from 'kysely';

const MOST = 1000;

interface Prepared {
  readonly statement: StatementSync;
  /** It gives rows. */
  readonly reader: boolean;
}

/** node:sqlite in the shape that kysely's SQLite dialect expects. */
export function asSqliteDatabase(database: DatabaseSync): SqliteDatabase {
  // the same few hundred again and again; more than that would be values in the text
  const prepared = new Map<string, Prepared>();
  const statementOf = (sql: string): Prepared => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= MOST) prepared.clear();
    const statement = database.prepare(sql);
    // asked once: it makes an object of each column
    const one = { statement, reader: statement.columns().length > 0 };
    prepared.set(sql, one);
    return one;
  };
  return {
    close: () => database.close(),
    prepare(sql) {
      const { statement, reader } = statementOf(sql);
      const bound = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
      return {
        reader,
        all: (parameters) => statement.all(...bound(parameters)),
        run: (parameters) => statement.run(...bound(parameters)),
        iterate: (parameters) => statement.iterate(...bound(parameters)),
      };
    },
  };
}
