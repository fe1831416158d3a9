import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeId } from '#/domain/ids.js';
import { migrate } from '#/store/migrate.js';
import { storeOf } from '#/store/open-store.js';
import type { Store } from '#/vault/records/records.js';
import { EVENT } from '../helpers/audit-event.ts';
import { having } from '../helpers/loosely.ts';

const ROW = { ...EVENT, sequence: 1, hash: 'h' };

let folder: string;
let database: DatabaseSync;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  database = new DatabaseSync(join(folder, 'vault.db'));
  migrate(database, join(folder, 'vault.db'));
  database.exec('pragma foreign_keys = on');
  store = storeOf(database);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const count = () => store.transaction(async ({ meta }) => Number((await meta.value('n'))?.toString() ?? 0));

test('transactions run one after the other', async () => {
  const increment = () =>
    store.transaction(async ({ meta }) => {
      const n = Number((await meta.value('n'))?.toString() ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      await meta.setValue('n', Buffer.from(String(n + 1)));
    });
  await Promise.all(Array.from({ length: 50 }, increment));
  expect(await count()).toBe(50);
});

test('a transaction that throws leaves nothing, and the next one runs', async () => {
  const broken = store.transaction(async ({ meta }) => {
    await meta.setValue('n', Buffer.from('9'));
    throw new Error('broken');
  });
  await expect(broken).rejects.toThrow('broken');
  expect(await count()).toBe(0);
});

test('those that wait together are flushed once, and each fails for itself alone', async () => {
  const set = (key: string, fails = false) =>
    store.transaction(async ({ meta }) => {
      await meta.setValue(key, Buffer.from(key));
      if (fails) throw new Error(`${key} is broken`);
      return key;
    });
  let flushes = 0;
  const prepare = database.prepare.bind(database);
  database.prepare = (text) => {
    const statement = prepare(text);
    const run = statement.run.bind(statement);
    statement.run = (...parameters: never[]) => {
      if (/^commit/i.test(text)) flushes += 1;
      return run(...parameters);
    };
    return statement;
  };
  const all = await Promise.allSettled([set('a'), set('b', true), set('c'), set('d', true), set('e')]);
  expect(all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual([
    'a',
    'Error: b is broken',
    'c',
    'Error: d is broken',
    'e',
  ]);
  expect(flushes).toBe(1);
  const found = await store.transaction(({ meta }) =>
    Promise.all(['a', 'b', 'c', 'd', 'e'].map(async (key) => (await meta.value(key))?.toString() ?? null)),
  );
  expect(found).toEqual(['a', null, 'c', null, 'e']);
});

test('what may come to the disk soon comes with the next commit that has to, or by itself', async () => {
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  const levels: unknown[] = [];
  const checkpoints: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (text) => {
    const statement = prepare(text);
    const run = statement.run.bind(statement);
    statement.run = (...parameters: never[]) => {
      if (/^commit/i.test(text)) levels.push(prepare('pragma synchronous').get()?.['synchronous']);
      return run(...parameters);
    };
    return statement;
  };
  const exec = database.exec.bind(database);
  database.exec = (text) => {
    if (text.includes('checkpoint')) checkpoints.push(text);
    exec(text);
  };
  store = storeOf(database);
  const [FULL, NORMAL] = [2, 1];
  const set = (soon: boolean) =>
    store.transaction(({ meta }) => meta.setValue('n', Buffer.from(String(soon))), { soon });
  const seen = (): unknown[] => levels.splice(0);
  await set(true);
  expect(seen()).toEqual([NORMAL]);
  await set(false);
  expect(seen()).toEqual([FULL]);
  // that one has flushed the first, too
  await store.flushed();
  expect(checkpoints).toEqual([]);
  await Promise.all([set(true), set(true), set(false)]);
  expect(seen().at(-1)).toBe(FULL);
  await set(true);
  // reads flush nothing
  await count();
  await store.flushed();
  expect(checkpoints.splice(0)).toHaveLength(1);
  await store.flushed();
  expect(checkpoints).toEqual([]);
  await set(true);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(checkpoints).toHaveLength(1);
});

test('when the commit fails, nobody is told that it was done', async () => {
  database.exec(
    'create table parent (id integer primary key); create table child (of integer references parent deferrable initially deferred)',
  );
  const both = await Promise.allSettled(
    ['x', 'y'].map((key) =>
      store.transaction(async ({ meta }) => {
        await meta.setValue(key, Buffer.from('1'));
        // refused at the commit, and not before
        if (key === 'x') database.exec('insert into child values (7)');
      }),
    ),
  );
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await store.transaction(({ meta }) => meta.value('y'))).toBeNull();
});

test('what the database refuses is told apart from what is broken', async () => {
  database.exec("create trigger t before insert on meta begin select raise(abort, 'disk full'); end");
  await expect(store.transaction(({ meta }) => meta.setValue('n', Buffer.from('1')))).rejects.toMatchObject({
    name: 'StoreFailure',
    message: 'disk full',
  });
});

test('of what a commit appends to the audit the end is signed, and of what was undone nothing', async () => {
  const signed: number[] = [];
  const append = ({ fails = false, rows = 1 } = {}) =>
    store.transaction(async ({ audit }) => {
      for (let n = 0; n < rows; n += 1) {
        const sequence = ((await audit.last())?.sequence ?? 0) + 1;
        await audit.append({ ...ROW, sequence, hash: `hash ${sequence}` }, (end) => {
          signed.push(end.sequence);
          return { ...end, signature: `signature ${end.sequence}` };
        });
      }
      if (fails) throw new Error('undone');
    });
  const end = () => store.transaction(async ({ audit }) => [await audit.last(), await audit.tail()]);
  await append({ rows: 3 });
  expect(signed.splice(0)).toEqual([3]);
  expect(await end()).toMatchObject([
    { sequence: 3 },
    { sequence: 3, hash: 'hash 3', signature: 'signature 3' },
  ]);
  // alone, and among others
  await expect(append({ fails: true })).rejects.toThrow('undone');
  expect(signed).toEqual([]);
  expect(await end()).toMatchObject([{ sequence: 3 }, { sequence: 3 }]);
  const all = [append(), append({ fails: true, rows: 2 }), append()];
  await Promise.allSettled(all);
  expect(await end()).toMatchObject([
    { sequence: 5, hash: 'hash 5' },
    { sequence: 5, signature: 'signature 5' },
  ]);
  await Promise.allSettled([append(), append({ fails: true })]);
  expect(await end()).toMatchObject([{ sequence: 6 }, { sequence: 6, signature: 'signature 6' }]);
  // refused by the database at the commit
  database.exec(
    'create table parent (id integer primary key); create table child (of integer references parent deferrable initially deferred)',
  );
  const refused = store.transaction(async ({ audit }) => {
    await audit.append({ ...ROW, sequence: 7, hash: 'never' }, () => null);
    database.exec('insert into child values (7)');
  });
  await expect(refused).rejects.toThrow();
  await append();
  expect(await end()).toMatchObject([{ sequence: 7, hash: 'hash 7' }, { signature: 'signature 7' }]);
});

test('audit rows can be neither changed nor deleted', async () => {
  await store.transaction(({ audit }) => audit.append(ROW, () => null));
  expect(() => database.exec("update audit set actor = 'b'")).toThrow('append-only');
  expect(() => database.exec('delete from audit')).toThrow('append-only');
  expect(await store.transaction(({ audit }) => audit.last())).toEqual(ROW);
});

test('what is asked again and again is found by an index, however much history there is', async () => {
  const asked = new Set<string>();
  const prepare = database.prepare.bind(database);
  database.prepare = (text) => {
    asked.add(text);
    return prepare(text);
  };
  await store.transaction(async ({ sessions, directories }) => {
    await sessions.open();
    await sessions.places();
    await sessions.pendingRecordings();
    await sessions.leavingRecordings(5);
    await directories.active('d');
  });
  const plans = [...asked]
    .filter((text) => text.startsWith('select'))
    .flatMap((text) => {
      const values = Array.from({ length: text.split('?').length - 1 }, () => 1);
      return prepare(`explain query plan ${text}`).all(...values);
    })
    .map(({ detail }) => String(detail))
    .filter((detail) => /(sessions|recordings)\b/.test(detail));
  expect(plans.length).toBeGreaterThanOrEqual(5);
  const all = plans.filter((detail) => detail.startsWith('SCAN'));
  expect(all.filter((detail) => !/sessions_open|recordings_(pending|leaving)/.test(detail))).toEqual([]);
});

test('users differ by more than case, and take their rights and memberships along', async () => {
  const id = makeId('user', Buffer.alloc(20, 1));
  const group = makeId('group', Buffer.alloc(20, 2));
  const user = {
    id,
    name: 'Alice',
    passwordHash: null,
    mustChangePassword: false,
    disabled: false,
    expiresAt: 5,
    logonHours: null,
    rights: ['addSafes'] as const,
  };
  await store.transaction(async ({ people }) => {
    await people.addUser(user);
    await people.addGroup({ id: group, name: 'Staff', builtIn: false, rights: ['auditUsers'] });
    await people.setGroupMember(group, id, true);
    await people.changeUser(id, { lastFailure: { at: 3, from: 'x' }, expiresAt: null });
  });
  const [found, groups] = await store.transaction(async ({ people }) => [
    await people.userByName('aLICE'),
    await people.groups(),
  ]);
  expect(found).toMatchObject({
    name: 'Alice',
    groups: ['Staff'],
    rights: having(['addSafes', 'auditUsers']),
    lastFailure: { at: 3, from: 'x' },
    lastSuccess: null,
    expiresAt: null,
  });
  expect(groups).toMatchObject([{ name: 'Staff', members: ['Alice'] }]);
  const twice = store.transaction(({ people }) =>
    people.addUser({ ...user, id: makeId('user', Buffer.alloc(20, 3)), name: 'ALICE' }),
  );
  await expect(twice).rejects.toMatchObject({ name: 'StoreFailure' });
});

test('failed logins are counted by name and source, and forgotten when old', async () => {
  const save = (name: string, from: string, lastFailureAt: number, forget: number) =>
    store.transaction(({ people }) =>
      people.saveFailedLogins(name, from, { failures: 3, lastFailureAt, lockedUntil: 500 }, forget),
    );
  await save('Alice', 'x', 100, 0);
  const read = (name: string, from: string) =>
    store.transaction(({ people }) => people.failedLogins(name, from));
  expect(await read('alice', 'x')).toEqual({ failures: 3, lastFailureAt: 100, lockedUntil: 500 });
  expect(await read('alice', 'y')).toBeNull();
  expect(await store.transaction(({ people }) => people.lockedUntil('ALICE', 499))).toBe(500);
  expect(await store.transaction(({ people }) => people.lockedUntil('ALICE', 500))).toBeNull();
  expect(JSON.stringify(database.prepare('select * from attempts').all())).not.toContain('lice');
  await save('bob', 'x', 300, 200);
  expect(await read('alice', 'x')).toBeNull();
});

test('what was deleted leaves the disk between transactions, however many there are', async () => {
  database.exec('pragma journal_mode = wal; pragma secure_delete = on');
  const secret = Buffer.from('a key that is to be destroyed');
  await store.transaction(({ meta }) => meta.setValue('key', secret));
  await store.transaction(({ meta }) => meta.setValue('key', Buffer.from('gone')));
  const begun = Promise.withResolvers<void>();
  const others = Array.from({ length: 5 }, (_, n) =>
    store.transaction(async ({ meta }) => {
      await meta.setValue(`other ${n}`, Buffer.from('x'));
      begun.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }),
  );
  await begun.promise;
  // one of them is in the middle of its work
  await store.forget();
  const left = ['vault.db', 'vault.db-wal'].filter((name) =>
    readFileSync(join(folder, name)).includes(secret),
  );
  expect(left).toEqual([]);
  await Promise.all(others);
});
