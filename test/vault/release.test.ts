import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containing, matching } from '../helpers/loosely.ts';
import {
  type Client,
  client,
  furnish,
  hostKey,
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

describe('a secret is released', () => {
  test('once', async () => {
    const at = await landed();
    expect((await host.blob('session.redeem', at))?.includes('s3cret')).toBe(true);
    expect(await host.refused('session.redeem', at)).toMatchObject({
      code: 'PERMIT_REFUSED',
      stage: 4,
      message: containing('used already'),
    });
    expect(await lastRow()).toMatchObject({
      action: 'use',
      code: 308,
      outcome: 'failure',
      failureCode: 'PERMIT_REFUSED',
      actor: 'alice',
      gateway: 'PSMGW',
      stage: 4,
    });
  });

  test('to the session host where the session landed only', async () => {
    const other = await sessionHost(running, 1);
    const at = await landed();
    expect(await other.refused('session.redeem', at)).toMatchObject({ code: 'PERMIT_REFUSED' });
    expect(
      await other.refused('session.shadow', {
        sessionId: at.sessionId,
        term: 'xterm',
        lang: 'C',
        program: 'ssh',
      }),
    ).toMatchObject({ code: 'SESSION_GONE' });
    expect(
      await other.refused('session.head', {
        recordingId: at.sessionId,
        segments: 0,
        head: 'a'.repeat(64),
        final: false,
      }),
    ).toMatchObject({ code: 'SESSION_GONE' });
  });

  test('not for another session, nor without landing', async () => {
    const [one, two] = [await landed(), await landed()];
    expect(
      await host.refused('session.redeem', { permit: one.permit, sessionId: two.sessionId }),
    ).toMatchObject({ message: containing('another session') });
    const three = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    expect(
      await host.refused('session.redeem', { permit: three.permit, sessionId: three.sessionId }),
    ).toMatchObject({ message: containing('has not landed') });
    // nobody spoiled the other session
    expect(await host.blob('session.redeem', two)).toBeDefined();
  });

  test('not after its time', async () => {
    const at = await landed();
    running.advance(60_000);
    expect(await host.refused('session.redeem', at)).toMatchObject({
      message: containing('expired'),
    });
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    [
      'the membership is taken away',
      () => desk.ask('admin.member.remove', { safe: 'Lab', member: 'alice' }),
      /useAccounts and listAccounts on safe Lab are missing/,
    ],
    [
      'the person is disabled',
      () => desk.ask('admin.user.set', { name: 'alice', disabled: true }),
      /user alice is disabled/,
    ],
    [
      'the account is disabled',
      () => desk.ask('admin.account.update', { account: accountId, disabledWhy: 'rebuilding' }),
      /rebuilding/,
    ],
    [
      'the account is deleted',
      () => desk.ask('admin.account.delete', { account: accountId }),
      /another account/,
    ],
    [
      'the address is changed',
      () => desk.ask('admin.account.update', { account: accountId, address: 'web2.test' }),
      /address of the account was changed/,
    ],
    [
      'the port is changed',
      () => desk.ask('admin.account.update', { account: accountId, port: 2022 }),
      /address of the account was changed/,
    ],
    [
      'the host key is changed',
      () => desk.ask('admin.account.update', { account: accountId, hostKey: hostKey(2) }),
      /host key of the target was changed/,
    ],
    [
      'the host key is forgotten',
      () => desk.ask('admin.account.update', { account: accountId, hostKey: null }),
      /host key of the target was changed/,
    ],
  ])('not when, since the permit, %s', async (_what, change, words) => {
    const at = await landed();
    await change();
    expect(await host.refused('session.redeem', at)).toMatchObject({
      code: 'PERMIT_REFUSED',
      message: matching(words),
    });
    expect(
      await host.refused('session.stage', {
        sessionId: at.sessionId,
        stage: 5,
        ok: true,
        code: null,
        detail: null,
      }),
    ).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('in its new version after an update', async () => {
    await desk.ask('admin.account.update', { account: accountId }, password('n3w'));
    expect((await host.blob('session.redeem', await landed()))?.includes('n3w')).toBe(true);
    expect(
      await desk.ask('admin.account.update', { account: accountId, address: 'web9.test', user: 'toor' }),
    ).toMatchObject({ secretVersion: 3, account: 'toor@web9.test' });
    expect((await host.blob('session.redeem', await landed()))?.includes('n3w')).toBe(true);
  });
});

describe('without an audit log', () => {
  test('no secret is released and the permit is spent', async () => {
    await tamper(
      "create trigger full before insert on audit when new.action = 'use' begin select raise(abort, 'disk is full'); end",
    );
    const at = await landed();
    const refusal = await host.refused('session.redeem', at);
    expect(refusal).toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
      message: containing('disk is full'),
    });
    expect(
      await host.refused('session.stage', {
        sessionId: at.sessionId,
        stage: 5,
        ok: true,
        code: null,
        detail: null,
      }),
    ).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('no session is granted, no PSMServer given, no recording key, no login', async () => {
    const { sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    breakAudit();
    expect(
      await door.refused('person.connect', { ticket, accountId, columns: 80, rows: 24, term: 'xterm' }),
    ).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(
      await door.refused('portal.psmServer', {
        sessionId,
        nonce: Buffer.alloc(32).toString('base64'),
        permit: 'cGVybWl0',
      }),
    ).toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
    });
    expect(
      await door.refused(
        'person.login',
        { user: 'alice', from: 'x', via: 'ssh' },
        Buffer.from('alice and a password'),
      ),
    ).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(
      await desk.refused(
        'admin.account.add',
        {
          safe: 'Lab',
          platform: 'UnixSSH',
          address: 'x',
          port: null,
          user: 'y',
          secretKind: 'password',
          hostKey: null,
        },
        password('z'),
      ),
    ).toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect((await desk.ask('admin.account.list', {})).map((one) => one.address)).toEqual(['web1.test']);
  });
});

/** The journal of the running vault cannot append any more, as on a full disk. */
function breakAudit(): void {
  const { journal } = running.vault;
  const broken = Object.assign(new Error('no space left'), { name: 'StoreFailure' });
  (journal as { append: unknown }).append = () => Promise.reject(broken);
}
