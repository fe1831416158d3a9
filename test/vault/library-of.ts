import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RecordingRow } from '#/contract/rows.js';
import { makeId } from '#/domain/ids.js';
import {
  type Client,
  client,
  furnish,
  logIn,
  makeVault,
  portal,
  type Running,
  SPACE,
  startVault,
} from './in-process.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** Rows of a page, at most. */
const MOST = 5000;

/** So many recordings of 50 people in two safes. */
export function libraryOf(count: number) {
  let folder: string;
  let running: Running;
  let desk: Client;
  let door: Client;
  const tickets = new Map<string, string>();

  const open = async (): Promise<void> => {
    folder = mkdtempSync(join(SPACE, 'library-'));
    await makeVault(folder);
    running = await startVault({ folder });
    desk = client(running, 'admin');
    await furnish(desk, { user: 'alice', safe: 'Lab' });
    await furnish(desk, { user: 'bob', safe: 'Shop' });
    for (const user of ['carol', 'dave', 'erin'])
      await desk.ask(
        'admin.user.add',
        {
          name: user,
          groups: user === 'erin' ? ['Auditors'] : [],
          mustChange: false,
          rights: [],
          expiresAt: null,
          logonHours: null,
        },
        Buffer.from(`${user} and a password`),
      );
    // carol has what it takes on the safe of the accounts and that of the recordings; dave on one of them only
    const see = { permissions: ['listAccounts', 'viewAuditLog'] as const, expiresAt: null };
    await desk.ask('admin.member.add', {
      safe: 'Lab',
      member: 'carol',
      ...see,
      permissions: [...see.permissions],
    });
    await desk.ask('admin.member.add', {
      safe: 'Lab',
      member: 'dave',
      ...see,
      permissions: [...see.permissions],
    });
    await desk.ask('admin.member.add', {
      safe: 'PSMRecordings',
      member: 'carol',
      permissions: [...see.permissions, 'retrieveAccounts'],
      expiresAt: null,
    });
    await running.stop();
    fill(join(folder, 'vault.db'));
    running = await startVault({ folder });
    desk = client(running, 'admin');
    door = await portal(running);
    for (const user of ['alice', 'bob', 'carol', 'dave', 'erin'])
      tickets.set(user, await logIn(door, user, `${user} and a password`));
  };
  const close = async (): Promise<void> => {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  };

  function fill(path: string): void {
    const database = new DatabaseSync(path);
    const id = (table: string, name: string): string =>
      String(database.prepare(`select id from ${table} where name = ?`).get(name)?.['id']);
    const safes = { Lab: id('safes', 'Lab'), Shop: id('safes', 'Shop'), tapes: id('safes', 'PSMRecordings') };
    const people = [id('users', 'alice'), id('users', 'bob')] as const;
    const session = database.prepare(
      `insert into sessions (id, user_id, user, source, account_id, account, target_user, address, port, safe_id, safe, recording_safe_id, recording_safe, started_at, ended_at, state, host, isolation, stage, failed_stage, ending, offered_key, key_decision) values (?, ?, ?, '192.0.2.1', 'a1', ?, 'root', ?, 22, ?, ?, ?, 'PSMRecordings', ?, ?, 'ended', 1, 3, 9, null, ?, null, null)`,
    );
    const recording = database.prepare(
      "insert into recordings (id, stored, bytes, segments, duration_ms, complete, commands, transfers) values (?, 'safe', 1, 1, ?, 1, ?, ?)",
    );
    database.exec('pragma foreign_keys = off; begin');
    for (let n = 0; n < count; n += 1) {
      const row = makeId('session', createHash('sha1').update(String(n)).digest());
      const shop = n % 2 === 1;
      const [who, name] =
        n % 1000 === 7
          ? [people[1], 'bob']
          : n % 100 === 8
            ? [people[0], 'alice']
            : [`u${n % 48}`, `user${n % 48}`];
      const at = START + Math.floor(n / 2) * MINUTE;
      const length = (n % 90) * MINUTE;
      const ending =
        n % 500 === 3
          ? null
          : JSON.stringify(
              n % 200 === 5
                ? { kind: 'terminated', by: 'x', reason: 'y' }
                : { kind: 'exited', status: 0, signal: null },
            );
      const address = `host${n % 300}.example`;
      session.run(
        row,
        who,
        name,
        `root@${address}`,
        address,
        shop ? safes.Shop : safes.Lab,
        shop ? 'Shop' : 'Lab',
        safes.tapes,
        at,
        at + length,
        ending,
      );
      recording.run(row, length, n % 4, n % 1000 === 9 ? 1 : 0);
    }
    database.exec('commit');
    database.close();
  }

  type Page = Parameters<typeof list>[1];
  const list = (
    user: string,
    page: { filter?: object; after?: string; limit?: number } = {},
  ): Promise<readonly RecordingRow[]> =>
    user === 'console'
      ? desk.ask('admin.recordings.list', page)
      : door.ask('person.recordings', { ticket: tickets.get(user) ?? '', ...page });

  async function all(user: string, page: Page = {}): Promise<readonly RecordingRow[]> {
    const rows: RecordingRow[] = [];
    for (;;) {
      const last = rows.at(-1);
      const next = await list(user, { limit: MOST, ...page, ...(last !== undefined && { after: last.id }) });
      rows.push(...next);
      if (next.length < MOST) return rows;
    }
  }

  const refused = (after: string) => desk.refused('admin.recordings.list', { after });
  return { open, close, list, all, refused };
}

/** What is in the lists of whom. */
export function testLibraryOf(count: number): void {
  const { open, close, list, all, refused } = libraryOf(count);
  beforeAll(open, 120_000);
  afterAll(close);

  test('page after page is every recording once, newest first, also those that began in the same moment', async () => {
    const rows = await all('console');
    expect(rows).toHaveLength(count);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(count);
    for (const [place, row] of rows.entries()) {
      const before = rows[place - 1];
      if (before === undefined) continue;
      expect(
        before.startedAt > row.startedAt || (before.startedAt === row.startedAt && before.id > row.id),
      ).toBe(true);
    }
  });

  test('each sees his own, and of others what the two safes let him', async () => {
    const counts = new Map<string, number>();
    for (const user of ['alice', 'bob', 'carol', 'dave', 'erin']) counts.set(user, (await all(user)).length);
    expect(Object.fromEntries(counts)).toEqual({
      alice: count / 100,
      bob: count / 1000,
      carol: count / 2,
      dave: 0,
      erin: count,
    });
    expect((await all('alice')).every(({ user }) => user === 'alice')).toBe(true);
    expect((await all('carol')).every(({ safe }) => safe === 'Lab')).toBe(true);
    // not through the place where a page begins, either
    const hidden = (await list('console', { limit: 1 }))[0]?.id ?? '';
    expect((await list('bob', { after: hidden, limit: 3 })).every(({ user }) => user === 'bob')).toBe(true);
  });

  test('filters, each and together', async () => {
    const some = async (filter: object) => await all('console', { filter });
    expect(await some({ user: 'ALICE' })).toHaveLength(count / 100);
    expect(await some({ target: 'host299' })).toHaveLength(Math.ceil((count - 299) / 300));
    expect(await some({ safe: 'sho', user: 'bob' })).toHaveLength(count / 1000);
    expect(await some({ outcome: 'terminated' })).toHaveLength(count / 200);
    expect(await some({ outcome: 'cut' })).toHaveLength(count / 500);
    expect(await some({ outcome: 'running' })).toHaveLength(0);
    expect(await some({ has: ['transfers'] })).toHaveLength(count / 1000);
    expect(await some({ has: ['commands', 'transfers'] })).toHaveLength(count / 1000);
    expect(await some({ longer: 89 * MINUTE })).toHaveLength(Math.floor(count / 90));
    expect(await some({ since: START + (count / 2 - 10) * MINUTE })).toHaveLength(20);
    expect(await some({ until: START + 10 * MINUTE })).toHaveLength(20);
    expect(await some({ any: ['alice', 'host8.', 'term'] })).toHaveLength(0);
    expect((await some({ any: ['alice', 'host8.'] })).every(({ user }) => user === 'alice')).toBe(true);
    // signs of the database's own are text
    expect(await some({ user: '%' })).toHaveLength(0);
    expect(await some({ user: "' or 1=1 --" })).toHaveLength(0);
    expect(await refused(makeId('session', Buffer.alloc(20, 255)))).toMatchObject({
      code: 'NOT_FOUND',
    });
  });
}
