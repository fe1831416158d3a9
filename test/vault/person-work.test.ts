/** What people manage, beyond who may: secrets, members, users; and what happens when a right is taken away. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { tailText } from '#/audit/journal.js';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { done } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import { endWithdrawn } from '#/vault/withdrawn.js';
import {
  type Client,
  client,
  furnish,
  logIn,
  password,
  portal,
  type Running,
  SPACE,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;
let door: Client;
let ticket: string;
let accountId: string;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  accountId = await furnish(desk, { preset: 'Full' });
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(() => running.stop());

async function user(name: string, rights: readonly VaultRight[] = [], groups: readonly string[] = []) {
  await desk.ask(
    'admin.user.add',
    { name, groups: [...groups], mustChange: false, rights: [...rights], expiresAt: null, logonHours: null },
    Buffer.from('pa55word'),
  );
  return await logIn(door, name, 'pa55word');
}
const rows = (limit = 20) => desk.ask('admin.audit.list', { after: 0, limit, newestFirst: true });
const member = (
  safe: string,
  name: string,
  permissions: readonly string[],
  expiresAt: number | null = null,
) => desk.ask('admin.member.add', { safe, member: name, permissions: permissions as [], expiresAt });

describe('a secret', () => {
  const reason = 'incident 42';

  test('is given with its reason in the audit, to people and to the console', async () => {
    const got = await door.blob('person.account.retrieve', { ticket, accountId, reason, purpose: 'copied' });
    expect(decodeSecretPayload(got ?? Buffer.alloc(0))?.secret.toString()).toBe('s3cret');
    expect((await rows(1))[0]).toMatchObject({
      code: 295,
      outcome: 'ok',
      actor: 'alice',
      gateway: 'PVWAGW',
      from: '192.0.2.7',
      safe: 'Lab',
      account: 'root@web1.test',
      detail: 'password, version 1, copied; reason: incident 42',
    });
    const printed = await desk.blob('admin.account.retrieve', { account: 'root@web1.test', reason });
    expect(decodeSecretPayload(printed ?? Buffer.alloc(0))?.secret.toString()).toBe('s3cret');
    expect((await rows(1))[0]).toMatchObject({ code: 295, actor: 'root@console', gateway: null });
  });

  test('is not given without a reason', async () => {
    const asked = { ticket, accountId, reason: ' \t', purpose: 'shown' } as const;
    expect(await door.refused('person.account.retrieve', asked)).toMatchObject({ code: 'BAD_INPUT' });
    expect(await desk.refused('admin.account.retrieve', { account: accountId, reason: '' })).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect((await rows()).filter((row) => row.code === 295)).toEqual([]);
  });

  test('is set anew by who may not read it, and does not follow an account that such a person moves', async () => {
    await user('keeper');
    await member('Lab', 'keeper', [
      'listAccounts',
      'updateAccountContent',
      'updateAccountProperties',
      'renameAccounts',
    ]);
    const keeper = await logIn(door, 'keeper', 'pa55word');
    const mine = { ticket: keeper, accountId };
    await door.ask('person.account.setSecret', { ...mine, secretKind: 'password' }, password('n3w'));
    await door.ask('person.account.rename', { ...mine, user: 'admin', address: 'WEB1.test' });
    for (const refused of [
      door.refused('person.account.rename', { ...mine, address: 'evil.test' }),
      door.refused('person.account.setProperties', { ...mine, port: 2222 }),
    ])
      expect((await refused).message).toMatch(
        /^Not permitted: retrieveAccounts on safe Lab is missing: its secret/,
      );
    await door.ask('person.account.rename', { ticket, accountId, address: 'web2.test' });
    const got = await door.blob('person.account.retrieve', {
      ticket,
      accountId,
      reason,
      purpose: 'shown',
    });
    expect(decodeSecretPayload(got ?? Buffer.alloc(0))?.secret.toString()).toBe('n3w');
  });
});

describe('members', () => {
  test('are given no more than the giver holds, and for no longer', async () => {
    await user('lead');
    await user('bob');
    const until = Date.now() + 3_600_000;
    await member('Lab', 'lead', ['listAccounts', 'manageSafeMembers', 'viewSafeMembers'], until);
    const lead = await logIn(door, 'lead', 'pa55word');
    const put = { ticket: lead, safe: 'Lab', member: 'bob' } as const;
    expect(
      (await door.refused('person.member.put', { ...put, preset: 'ConnectOnly', expiresAt: until })).message,
    ).toBe('Not permitted: you do not hold useAccounts yourself, or not for as long.');
    const list = { ...put, permissions: ['listAccounts' as const] };
    expect(await door.refused('person.member.put', { ...list, expiresAt: null })).toMatchObject({
      code: 'DENIED',
    });
    expect(await door.ask('person.member.put', { ...list, expiresAt: until })).toMatchObject({
      member: 'bob',
      expiresAt: until,
    });
    expect((await rows(1))[0]).toMatchObject({ action: 'memberChanged', actor: 'lead', gateway: 'PVWAGW' });
    // not his own, either
    expect(
      await door.refused('person.member.put', { ...list, member: 'lead', expiresAt: null }),
    ).toMatchObject({ code: 'DENIED' });
    expect(await door.refused('person.member.put', { ...list, expiresAt: Date.now() - 1 })).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  test('Auditors stay, whoever asks', async () => {
    const safe = { ticket, safe: 'Lab', member: 'auditors' } as const;
    expect(await door.refused('person.member.remove', safe)).toMatchObject({ code: 'DENIED' });
    expect(
      await door.refused('person.member.put', { ...safe, preset: 'ConnectOnly', expiresAt: null }),
    ).toMatchObject({ code: 'DENIED' });
    expect(await door.ask('person.members', { ticket, safe: 'Lab' })).toMatchObject([
      { member: 'alice', preset: 'Full' },
      { member: 'Auditors', kind: 'group', permissions: ['listAccounts', 'viewAuditLog', 'viewSafeMembers'] },
    ]);
  });

  test('a safe is made, renamed and deleted by its maker, and its audit is read by who may', async () => {
    const maker = await user('maker', ['addSafes']);
    await door.ask('person.safe.add', { ticket: maker, name: 'New' });
    expect(await door.ask('person.safes', { ticket: maker })).toMatchObject([{ name: 'New' }]);
    await door.ask('person.safe.rename', { ticket: maker, safe: 'New', name: 'Newer' });
    const [latest] = await door.ask('person.safe.audit', { ticket: maker, safe: 'Newer' });
    expect(latest).toMatchObject({ safe: 'Newer', detail: 'renamed from New', actor: 'maker' });
    expect(await door.refused('person.safe.delete', { ticket, safe: 'Lab' })).toMatchObject({
      code: 'DENIED',
    });
    await door.ask('person.safe.delete', { ticket: maker, safe: 'Newer' });
    expect(await door.ask('person.safes', { ticket: maker })).toEqual([]);
  });
});

describe('users', () => {
  test('are managed by nobody who can do less than they can', async () => {
    const helper = await user('helper', ['resetUsersPasswords', 'addUpdateUsers', 'activateUsers']);
    await user('chief', ['auditUsers']);
    await user('plain');
    const fresh = Buffer.from('a long enough pass phrase');
    const reset = (name: string) =>
      door.peer.call('person.user.resetPassword', { ticket: helper, name }, Buffer.from(fresh));
    const code = async (name: string): Promise<string> => {
      const outcome = await reset(name);
      return outcome.ok ? 'done' : outcome.failure.message;
    };
    expect(await code('Administrator')).toMatch(/the user holds addSafes, and you do not/);
    expect(await code('chief')).toMatch(/holds auditUsers/);
    expect(await code('helper')).toMatch(/nobody manages his own user/);
    expect(await code('nobody')).toMatch(/does not exist/);
    await desk.ask('admin.group.member', {
      group: 'PSMLiveSessionTerminators',
      user: 'plain',
      present: true,
    });
    expect(await code('plain')).toMatch(/the user is in PSMLiveSessionTerminators, and you are not/);
    await desk.ask('admin.group.member', {
      group: 'PSMLiveSessionTerminators',
      user: 'plain',
      present: false,
    });
    expect(await code('plain')).toBe('done');
    const again = await door.ask(
      'person.login',
      { user: 'plain', from: 'x', via: 'ssh' },
      Buffer.from(fresh),
    );
    expect(again.mustChange).toBe(true);
  });

  test('are made without what their maker does not have', async () => {
    const maker = await user('maker', ['addUpdateUsers']);
    const wanted = { ticket: maker, name: 'new', expiresAt: null, logonHours: null };
    const pass = () => Buffer.from('a long enough pass phrase');
    expect(
      await door.refused('person.user.add', { ...wanted, groups: [], rights: ['addSafes'] }, pass()),
    ).toMatchObject({ code: 'DENIED' });
    expect(
      await door.refused('person.user.add', { ...wanted, groups: ['Auditors'], rights: [] }, pass()),
    ).toMatchObject({ code: 'DENIED' });
    await door.ask('person.user.add', { ...wanted, groups: [], rights: ['addUpdateUsers'] }, pass());
    expect((await rows(1))[0]).toMatchObject({
      actor: 'maker',
      target: 'new',
      detail: 'added, rights addUpdateUsers',
    });
    await door.ask('person.user.set', { ticket: maker, name: 'new', disabled: true });
    const users = await door.ask('person.users', { ticket: maker });
    expect(users.find((one) => one.name === 'new')).toMatchObject({
      disabled: true,
      mustChangePassword: true,
    });
    expect(await door.refused('person.user.activate', { ticket: maker, name: 'new' })).toMatchObject({
      code: 'DENIED',
    });
  });
});

describe('a right that is taken away', () => {
  async function live() {
    const told: { reason: string; kind: string }[] = [];
    const host = await sessionHost(running, 0, [], (_call, args) => {
      told.push(args as { reason: string; kind: string });
      return Promise.resolve(done({ value: null }));
    });
    const asked = { ticket, accountId, columns: 80, rows: 24, term: 'xterm' };
    const { permit, sessionId } = await door.ask('person.connect', asked);
    await host.ask('session.landed', { permit, sessionId });
    await host.ask('session.redeem', { permit, sessionId });
    return { told, sessionId };
  }

  test.each([
    [
      'membership',
      () => desk.ask('admin.member.remove', { safe: 'Lab', member: 'alice' }),
      /useAccounts and listAccounts on safe Lab are missing/,
    ],
    ['useAccounts', () => member('Lab', 'alice', ['listAccounts']), /useAccounts on safe Lab is missing/],
    ['user', () => desk.ask('admin.user.set', { name: 'alice', disabled: true }), /user alice is disabled/],
  ] as const)('ends the sessions that it carried: %s', async (_what, take, reason) => {
    const { told, sessionId } = await live();
    await endWithdrawn(running.vault);
    expect(told).toEqual([]);
    await take();
    expect((await door.peer.call('person.reattach', { ticket, sessionId })).ok).toBe(false);
    await endWithdrawn(running.vault);
    expect(told).toMatchObject([{ kind: 'terminated', by: 'the vault' }]);
    expect(told[0]?.reason).toMatch(reason);
    expect((await rows()).find((row) => row.code === 901)).toMatchObject({ actor: 'the vault', sessionId });
  });

  test('by the end of a membership, too, and at once for what is asked next', async () => {
    await member('Lab', 'alice', ['useAccounts', 'listAccounts'], Date.now() + 60_000);
    const { told } = await live();
    expect(await door.ask('person.accounts', { ticket })).toHaveLength(1);
    running.advance(60_001);
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
    await endWithdrawn(running.vault);
    expect(told).toHaveLength(1);
  });

  test('does not end what a changed account keeps new sessions out of', async () => {
    const { told } = await live();
    await desk.ask('admin.account.update', { account: accountId, disabledWhy: 'maintenance' });
    await endWithdrawn(running.vault);
    expect(told).toEqual([]);
  });
});

test('explain says each rule with its source, and the verdict that decides', async () => {
  const said = await desk.ask('admin.explain', { user: 'ALICE', account: 'root@web1.test' });
  expect(said).toMatchObject({ account: 'root@web1.test', permit: true });
  expect(said.rules).toContainEqual({
    rule: 'useAccounts on safe Lab',
    value: 'yes',
    source: 'member of safe Lab as alice (Full)',
    verdict: 'pass',
  });
  await desk.ask('admin.member.remove', { safe: 'Lab', member: 'alice' });
  const after = await desk.ask('admin.explain', { user: 'alice', account: accountId });
  expect(after.permit).toBe(false);
  expect(after.rules.filter((one) => one.verdict === 'fail').map((one) => one.rule)).toEqual([
    'useAccounts on safe Lab',
    'listAccounts on safe Lab',
  ]);
  expect(await desk.refused('admin.explain', { user: 'nobody', account: accountId })).toMatchObject({
    code: 'NOT_FOUND',
  });
});

describe('signed heads that are kept elsewhere', () => {
  const check = (text: string) => desk.ask('admin.audit.verifyHeads', {}, Buffer.from(text));
  const folder = mkdtempSync(join(SPACE, 'heads-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  async function withHeads(heads: string): Promise<void> {
    await running.stop();
    running = await startVault({ heads });
    desk = client(running, 'admin');
  }
  const copies = async () => (await desk.ask('admin.doctor', {})).find((one) => one.part === 'audit copies');

  test('are appended to a file of the bastion, and match the log', async () => {
    await withHeads(folder);
    await running.vault.headCopies?.round(running.vault);
    await desk.ask('admin.group.add', { name: 'One' });
    await running.vault.headCopies?.round(running.vault);
    await vi.waitFor(() => expect(readdirSync(folder)).toEqual(['postern-audit-heads-bastion.test.jsonl']));
    const file = join(folder, 'postern-audit-heads-bastion.test.jsonl');
    await vi.waitFor(() => expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2));
    const lines = readFileSync(file, 'utf8');
    expect(await check(lines)).toMatchObject({ intact: true, rows: 2 });
    expect(await copies()).toMatchObject({ state: 'ok' });
    const forged = lines.replace(/"hash":"./, '"hash":"x');
    expect(await check(forged)).toMatchObject({
      intact: false,
      detail: "the signature on line 1 is not the vault's",
    });
    expect(await check('{"sequence":1}')).toMatchObject({
      intact: false,
      detail: 'line 1 is no signed head',
    });
  });

  test('of rows that are not in the log any more are noticed', async () => {
    await withHeads(join(folder, 'other'));
    // as if the log had been cut back, signed anew and gone on
    const head = { sequence: 900, hash: 'a'.repeat(64) };
    const signature = running.vault.keyring.sign(tailText(head));
    expect(await check(JSON.stringify({ ...head, signature }))).toMatchObject({
      intact: false,
      firstBad: 900,
      detail: 'row 900 was signed and is not in the log any more',
    });
    const other = { sequence: 1, hash: 'a'.repeat(64) };
    const again = running.vault.keyring.sign(tailText(other));
    expect(await check(JSON.stringify({ ...other, signature: again }))).toMatchObject({
      intact: false,
      detail: 'row 1 is not the one that was signed',
    });
  });

  test('that cannot be written are told by the doctor, and audited once', async () => {
    await withHeads(join(folder, 'no', 'such', 'folder'));
    const { vault } = running;
    for (let i = 0; i < 3; i += 1) await vault.headCopies?.round(vault);
    const said = await copies();
    expect(said?.state).toBe('failure');
    expect(said?.detail).toContain('ENOENT');
    expect((await rows()).filter((row) => row.code === 935)).toMatchObject([{ outcome: 'failure' }]);
  });
});
