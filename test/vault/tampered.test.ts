import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Client,
  client,
  furnish,
  logIn,
  makeVault,
  password,
  portal,
  type Running,
  SPACE,
  sessionHost,
  startVault,
} from './in-process.ts';

let folder: string;
let running: Running;
let desk: Client;
let door: Client;
let host: Client;
let accountId: string;
let ticket: string;

async function start(): Promise<void> {
  running = await startVault({ folder });
  desk = client(running, 'admin');
  door = await portal(running);
  host = await sessionHost(running);
}

beforeEach(async () => {
  folder = mkdtempSync(join(SPACE, 'vault-'));
  await makeVault(folder);
  await start();
  accountId = await furnish(desk);
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Stops the vault, changes its database behind its back, and starts it again. */
async function tamper(sql: string): Promise<void> {
  await running.stop();
  const database = new DatabaseSync(join(folder, 'vault.db'));
  database.exec(sql);
  database.close();
  await start();
  ticket = await logIn(door, 'alice', 'alice and a password');
}

async function landed(): Promise<{ readonly permit: string; readonly sessionId: string }> {
  const { permit, sessionId } = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await host.ask('session.landed', { permit, sessionId });
  return { permit, sessionId };
}

const lastRow = async () =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true }))[0];

describe('a database that was changed behind the vault', () => {
  test.each<[string, string]>([
    [
      'a secret of an older version put in place of the new one',
      'update secrets set sealed = (select sealed from secrets s where s.owner = secrets.owner and s.version = 1) where version = 2',
    ],
    [
      "the secret of one account put in another's place",
      "update secrets set sealed = (select sealed from secrets where owner <> 'ACCOUNT' and owner like 'a%' and version = 1 limit 1) where owner = 'ACCOUNT'",
    ],
    [
      'the address of the account changed',
      "update accounts set address = 'mallory.test' where id = 'ACCOUNT'",
    ],
    ['the user of the account changed', "update accounts set user = 'mallory' where id = 'ACCOUNT'"],
    [
      'the account moved into another safe',
      "update accounts set safe_id = (select id from safes where name = 'Other') where id = 'ACCOUNT'",
    ],
    [
      'the version set back without its secret',
      "update accounts set secret_version = 7 where id = 'ACCOUNT'",
    ],
    [
      'the keys of two safes swapped',
      "update safes set wrapped_key = (select wrapped_key from safes where name = 'Other') where name = 'Lab'",
    ],
    [
      'a bit flipped in the secret',
      "update secrets set sealed = unhex(substr(hex(sealed), 1, 40) || 'ff' || substr(hex(sealed), 43)) where owner = 'ACCOUNT'",
    ],
    ['the secret removed', "delete from secrets where owner = 'ACCOUNT'"],
  ])('gives no secret: %s', async (_what, sql) => {
    await desk.ask('admin.safe.add', { name: 'Other' });
    await desk.ask('admin.member.add', {
      safe: 'Other',
      member: 'alice',
      preset: 'ConnectOnly',
      expiresAt: null,
    });
    const account = { platform: 'UnixSSH', port: null, secretKind: 'password', hostKey: null } as const;
    await desk.ask(
      'admin.account.add',
      { ...account, safe: 'Lab', address: 'web2.test', user: 'root' },
      password('other'),
    );
    await desk.ask('admin.account.update', { account: accountId }, password('n3w'));
    await tamper(sql.replaceAll('ACCOUNT', accountId));
    const at = await landed();
    const refusal = await host.refused('session.redeem', at);
    expect(refusal).toMatchObject({ code: 'INTEGRITY', stage: 4 });
    expect(await lastRow()).toMatchObject({ action: 'use', outcome: 'failure', failureCode: 'INTEGRITY' });
  });

  test('with audit rows changed does not verify', async () => {
    await tamper("drop trigger audit_is_not_changed; update audit set actor = 'mallory' where sequence = 3");
    expect(await desk.ask('admin.audit.verify', {})).toMatchObject({ intact: false, firstBad: 3 });
    expect((await desk.ask('admin.doctor', {})).find((check) => check.part === 'audit')).toMatchObject({
      state: 'failure',
    });
  });
});
