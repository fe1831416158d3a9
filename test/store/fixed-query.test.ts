import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FixedQueries, fixedQuery, runFixedQueries } from '#/store/fixed-query.js';
import { change, insertion } from '#/store/fixed-writes.js';

let database: DatabaseSync;
let fixed: FixedQueries;
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec(
    'create table platforms (name text, name_key text, base text); create table meta (name text, value blob)',
  );
  fixed = runFixedQueries(database);
});
afterEach(() => database.close());

const add = insertion('platforms');
const alter = change('platforms', 'name');
const all = (): unknown[] =>
  database
    .prepare('select * from platforms order by name')
    .all()
    .map((row) => ({ ...row }));

test('each value comes to its own place, beside what stands in the query itself', async () => {
  let built = 0;
  const query = fixedQuery(
    (db, given: { readonly from: string; readonly to: string; readonly base: string }) => {
      built += 1;
      return db
        .selectFrom('platforms')
        .select('name')
        .where('name', '>=', given.from)
        .where('name_key', '<>', 'never')
        .where('base', '=', given.base)
        .where('name', '<=', given.to)
        .orderBy('name');
    },
  );
  for (const name of ['a', 'b', 'c', 'd']) await add(fixed, { name, name_key: name, base: 'unix' });
  await add(fixed, { name: 'bb', name_key: 'never', base: 'unix' });
  const names = async (from: string, to: string, base = 'unix') =>
    (await fixed.rows(query, { from, to, base })).map((row) => row.name);
  expect(await names('b', 'c')).toEqual(['b', 'c']);
  expect(await names('a', 'b')).toEqual(['a', 'b']);
  expect(await names('a', 'd', 'other')).toEqual([]);
  expect(await fixed.first(query, { from: 'c', to: 'd', base: 'unix' })).toMatchObject({ name: 'c' });
  expect(await fixed.first(query, { from: 'x', to: 'z', base: 'unix' })).toBeUndefined();
  expect(built).toBe(1);
});

test('what is changed is what was named, whatever columns went before', async () => {
  await add(fixed, { name: 'a', name_key: 'a', base: 'x' });
  await add(fixed, { base: 'y', name: 'b', name_key: 'b' });
  await alter(fixed, 'a', { base: 'unix' });
  await alter(fixed, 'b', { base: 'other', name_key: 'B' });
  await alter(fixed, 'a', { name_key: 'A', base: 'last' });
  await alter(fixed, 'b', { name: 'c' });
  await alter(fixed, 'a', {});
  expect(all()).toEqual([
    { name: 'a', name_key: 'A', base: 'last' },
    { name: 'c', name_key: 'B', base: 'other' },
  ]);
});

test('a refusal of the database is a rejection, and the query is good for more', async () => {
  database.exec(
    "create trigger t before insert on platforms when new.base = 'bad' begin select raise(abort, 'no'); end",
  );
  await add(fixed, { name: 'a', name_key: 'a', base: 'x' });
  await expect(add(fixed, { name: 'b', name_key: 'b', base: 'bad' })).rejects.toThrow('no');
  await add(fixed, { name: 'c', name_key: 'c', base: 'x' });
  expect(all()).toHaveLength(2);
});
