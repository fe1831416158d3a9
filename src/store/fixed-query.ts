import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type Compilable,
  DummyDriver,
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Tables } from './tables.js';

/** Builds and compiles, and runs nothing. */
const builder = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

interface Compiled<Given> {
  readonly text: string;
  readonly valuesOf: (given: Given) => readonly SQLInputValue[];
}

/** `compiled` is made at its first use. */
export interface FixedQuery<Given, Row> {
  readonly compiled: () => Compiled<Given>;
  /** For the compiler alone: what comes of it. */
  readonly row?: Row;
}

/** Stands in a query for a value that is only given when it runs. */
class Hole {
  readonly name: PropertyKey;
  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/**
 * A query whose text is always the same. To build and compile one takes several times as long as to run it, so what every session
 * asks is built once: `build` gets, instead of each value, what holds its place, and may only hand it on.
 */
export function fixedQuery<Given extends object, Row>(
  build: (db: Kysely<Tables>, given: Given) => Compilable<Row>,
): FixedQuery<Given, Row> {
  let known: Compiled<Given> | null = null;
  const compile = (): Compiled<Given> => {
    const holes = new Proxy({}, { get: (_, name) => new Hole(name) }) as Given;
    const { sql, parameters } = build(builder, holes).compile();
    const valuesOf = (given: Given): readonly SQLInputValue[] =>
      parameters.map((one) => (one instanceof Hole ? given[one.name as keyof Given] : one) as SQLInputValue);
    return { text: sql, valuesOf };
  };
  return { compiled: () => (known ??= compile()) };
}

/** Queries of one kind that differ in their shape: each is made at its first use. */
export function byShape<Shape extends string | number, Query>(
  make: (shape: Shape) => Query,
): (shape: Shape) => Query {
  const known = new Map<Shape, Query>();
  return (shape) => {
    const query = known.get(shape) ?? make(shape);
    known.set(shape, query);
    return query;
  };
}

/** Runs them, within the transaction that is open. */
export interface FixedQueries {
  rows<Given, Row>(query: FixedQuery<Given, Row>, given: Given): Promise<readonly Row[]>;
  /** The first row, if there is one. */
  first<Given, Row>(query: FixedQuery<Given, Row>, given: Given): Promise<Row | undefined>;
  run<Given>(query: FixedQuery<Given, unknown>, given: Given): Promise<void>;
}

export function runFixedQueries(database: DatabaseSync): FixedQueries {
  const prepared = new Map<unknown, StatementSync>();
  const prepare = <Given>(query: FixedQuery<Given, unknown>, given: Given) => {
    const { text, valuesOf } = query.compiled();
    const statement = prepared.get(query) ?? database.prepare(text);
    prepared.set(query, statement);
    return { statement, values: valuesOf(given) };
  };
  return {
    async rows<Given, Row>(query: FixedQuery<Given, Row>, given: Given) {
      const { statement, values } = prepare(query, given);
      return statement.all(...values) as Row[];
    },
    async first<Given, Row>(query: FixedQuery<Given, Row>, given: Given) {
      const { statement, values } = prepare(query, given);
      return statement.get(...values) as Row | undefined;
    },
    async run(query, given) {
      const { statement, values } = prepare(query, given);
      statement.run(...values);
    },
  };
}
