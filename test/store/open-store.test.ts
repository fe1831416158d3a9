import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS, migrate, userVersion } from '#/store/migrate.js';
import { type Opened, openStore } from '#/store/open-store.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'vault.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function opened(outcome: Opened) {
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.store;
}

describe('opening the store', () => {
  test('makes a database that only its owner can read, durable at every commit, and finds it again', async () => {
    const store = opened(openStore({ path, create: true }));
    await store.transaction(({ meta }) => meta.setValue('a', Buffer.from('1')));
    await store.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = opened(openStore({ path, create: false }));
    expect(await again.transaction(({ meta }) => meta.value('a'))).toEqual(Buffer.from('1'));
    expect(await again.quickCheck()).toBe('ok');
    await again.close();
  });

  test('refuses to make a second one, and to open what is not there', async () => {
    expect(openStore({ path, create: false })).toEqual({ ok: false, why: `there is no vault at ${path}` });
    expect(existsSync(path)).toBe(false);
    await opened(openStore({ path, create: true })).close();
    expect(openStore({ path, create: true })).toEqual({
      ok: false,
      why: `there is a vault at ${path} already`,
    });
  });

  test('keeps every other process out while it is open', async () => {
    const store = opened(openStore({ path, create: true }));
    const program = `const { DatabaseSync } = require('node:sqlite'); try { new DatabaseSync(${JSON.stringify(path)}).prepare('select count(*) from sqlite_schema').get(); console.log('open'); } catch (error) { console.log(error.message); }`;
    expect(
      execFileSync(process.execPath, ['-e', program], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }),
    ).toContain('locked');
    await store.close();
  });

  test.each([
    [
      'something that is no database',
      Buffer.from('this is not a database, but a long enough text to look at\n'.repeat(4)),
    ],
    ['an empty file', Buffer.alloc(0)],
  ])('refuses %s, and leaves it as it is', (_what, bytes) => {
    writeFileSync(path, bytes);
    expect(openStore({ path, create: false })).toMatchObject({ ok: false });
    expect(readFileSync(path)).toEqual(bytes);
  });

  test('refuses a newer database with a sentence, and leaves it as it is', async () => {
    await opened(openStore({ path, create: true })).close();
    const other = new DatabaseSync(path);
    other.exec(`pragma user_version = ${MIGRATIONS.length + 1}`);
    other.close();
    const before = readFileSync(path);
    expect(openStore({ path, create: false })).toEqual({
      ok: false,
      why: `the database has version ${MIGRATIONS.length + 1}, this Postern knows up to ${MIGRATIONS.length}: start the newer Postern that wrote it`,
    });
    expect(readFileSync(path)).toEqual(before);
  });
});

describe('an older database', () => {
  test.each(MIGRATIONS.slice(0, -1).map((_, i) => [i + 1]))(
    'of version %i is opened, brought to ours, and works',
    async (version) => {
      const database = new DatabaseSync(path);
      migrate(database, path, MIGRATIONS.slice(0, version));
      database.prepare('insert into meta values (?, ?)').run('a', Buffer.from('1'));
      database.close();
      const outcome = openStore({ path, create: false });
      expect(outcome).toMatchObject({
        ok: true,
        migratedFrom: version,
        backup: `${path}.version-${version}.backup`,
      });
      const store = opened(outcome);
      expect(await store.transaction(({ meta }) => meta.value('a'))).toEqual(Buffer.from('1'));
      expect(await store.quickCheck()).toBe('ok');
      await store.close();
      const again = openStore({ path, create: false });
      expect(again).toMatchObject({ ok: true, migratedFrom: null, backup: null });
      await opened(again).close();
    },
  );

  const steps = [
    'create table one (a integer) strict; insert into one values (7)',
    'alter table one add column b text',
  ];

  function old(): DatabaseSync {
    const database = new DatabaseSync(path);
    expect(migrate(database, path, steps.slice(0, 1))).toEqual({ ok: true, from: 0, backup: null });
    return database;
  }

  test('is brought to our version, after a copy', () => {
    const database = old();
    const backup = `${path}.version-1.backup`;
    expect(migrate(database, path, steps)).toEqual({ ok: true, from: 1, backup });
    expect(database.prepare('select a, b from one').all()).toMatchObject([{ a: 7, b: null }]);
    database.close();
    const copy = new DatabaseSync(backup);
    expect(userVersion(copy)).toBe(1);
    expect(copy.prepare('select * from one').all()).toMatchObject([{ a: 7 }]);
    copy.close();
    expect(statSync(backup).mode & 0o777).toBe(0o600);
  });

  test('is as it was when a step fails in the middle', () => {
    const database = old();
    const outcome = migrate(database, path, [
      ...steps,
      'create table two (a integer); insert into nothing values (1)',
    ]);
    expect(outcome).toMatchObject({ ok: false });
    expect(userVersion(database)).toBe(1);
    expect(database.prepare('select * from one').all()).toMatchObject([{ a: 7 }]);
    expect(database.prepare("select name from sqlite_schema where name = 'two'").all()).toEqual([]);
    database.close();
  });
});
