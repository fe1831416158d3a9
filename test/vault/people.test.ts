import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { forgetChangedPassword } from '#/vault/first-password.js';
import {
  ADMIN_PASSWORD,
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

let running: Running;
let desk: Client;
let door: Client;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
});
afterEach(() => running.stop());

const add = (
  name: string,
  password: string,
  more: Partial<Parameters<typeof desk.ask<'admin.user.add'>>[1]> = {},
) =>
  desk.ask(
    'admin.user.add',
    { name, groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null, ...more },
    Buffer.from(password),
  );
const attempt = (user: string, password: string, from = '192.0.2.7') =>
  door.peer.call('person.login', { user, from, via: 'ssh' }, Buffer.from(password));
const codeOf = async (outcome: ReturnType<typeof attempt>): Promise<string> => {
  const got = await outcome;
  return got.ok ? 'in' : `${got.failure.code} ${got.failure.message}`;
};
const lastRow = async () =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true }))[0];

describe('logging in', () => {
  test('every refusal looks the same, and the audit knows why', async () => {
    await add('alice', 'pa55word');
    await add('bob', 'pa55word');
    await desk.ask('admin.user.set', { name: 'bob', disabled: true });
    await add('carol', 'pa55word', { expiresAt: 1000 });
    await add('dave', 'pa55word', { logonHours: 'Mon 00:00-00:01' });
    const cases = [
      ['alice', 'wrong', 'alice wrong-password'],
      ['nobody', 'pa55word', '(unknown user) no-such-user'],
      ['bob', 'pa55word', 'bob disabled'],
      ['carol', 'pa55word', 'carol expired'],
      ['dave', 'pa55word', 'dave outside-hours'],
      ['Auditor', '', 'Auditor wrong-password'],
      ['../x', 'pa55word', '(unknown user) bad-name'],
    ] as const;
    for (const [user, password, audited] of cases) {
      expect(await codeOf(attempt(user, password)), user).toBe('LOGIN_REFUSED Login failed.');
      const row = await lastRow();
      expect(row).toMatchObject({
        code: 4,
        outcome: 'failure',
        gateway: 'PVWAGW',
        from: '192.0.2.7',
        bastion: 'bastion.test',
      });
      expect(`${row?.actor} ${row?.detail}`).toBe(audited);
    }
  });

  test('locks a name and source out after failures, one after the other, and nobody else', async () => {
    await add('alice', 'pa55word');
    const tries = await Promise.all(Array.from({ length: 8 }, () => codeOf(attempt('alice', 'wrong'))));
    expect(tries.filter((one) => one.startsWith('LOGIN_REFUSED'))).toHaveLength(5);
    expect(tries.filter((one) => one.startsWith('LOGIN_THROTTLED'))).toHaveLength(3);
    expect(await codeOf(attempt('alice', 'pa55word'))).toMatch(/^LOGIN_THROTTLED/);
    expect(await codeOf(attempt('alice', 'pa55word', '192.0.2.8'))).toBe('in');
    expect(
      (await desk.ask('admin.user.list', {})).find((user) => user.name === 'alice')?.lockedUntil,
    ).toBeGreaterThan(Date.now());
    await desk.ask('admin.user.set', { name: 'alice', unlock: true });
    expect(await codeOf(attempt('alice', 'pa55word'))).toBe('in');
  });

  test('counts what only claims to be an address as one source, and says so', async () => {
    await add('alice', 'pa55word');
    const claimed = (n: number) => ({ user: 'alice', from: `198.51.100.${n}`, via: 'login-shell' });
    const claim = (n: number) => door.peer.call('person.login', claimed(n), Buffer.from('wrong'));
    for (let n = 1; n <= 5; n += 1) expect(await codeOf(claim(n))).toMatch(/^LOGIN_REFUSED/);
    expect((await lastRow())?.from).toBe('login-shell (198.51.100.5)');
    expect(await codeOf(claim(6))).toMatch(/^LOGIN_THROTTLED/);
    for (let n = 1; n <= 5; n += 1) await attempt('alice', 'wrong', `2001:db8::${n}`);
    expect(await codeOf(attempt('alice', 'pa55word', '2001:db8::6'))).toMatch(/^LOGIN_THROTTLED/);
    // who really comes from an address that was claimed is not locked out by it
    expect(await codeOf(attempt('alice', 'pa55word', '198.51.100.1'))).toBe('in');
  });

  test('tells when the person was here before, and when somebody failed', async () => {
    await add('alice', 'pa55word');
    await attempt('alice', 'wrong', '192.0.2.9');
    await logIn(door, 'alice', 'pa55word');
    const { person } = await door.ask(
      'person.login',
      { user: 'alice', from: 'x', via: 'ssh' },
      Buffer.from('pa55word'),
    );
    expect(person).toMatchObject({ lastSuccess: { from: '192.0.2.7' }, lastFailure: { from: '192.0.2.9' } });
  });

  test('by a key of the user, which the vault itself verifies', async () => {
    await add('alice', 'pa55word');
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const string = (bytes: Buffer | string): Buffer => {
      const body = Buffer.from(bytes as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(body.length);
      return Buffer.concat([length, body]);
    };
    const blob = Buffer.concat([
      string('ssh-ed25519'),
      string(publicKey.export({ format: 'der', type: 'spki' }).subarray(12)),
    ]);
    const key = blob.toString('base64');
    expect(await door.ask('person.keyKnown', { user: 'alice', key, from: 'x' })).toBe(false);
    await desk.ask('admin.user.key.add', { name: 'alice', key: `ssh-ed25519 ${key} alice@desk` });
    expect(await door.ask('person.keyKnown', { user: 'alice', key, from: 'x' })).toBe(true);
    expect(await door.ask('person.keyKnown', { user: 'nobody', key, from: 'x' })).toBe(false);
    const signed = (user: string): Buffer => {
      const data = Buffer.concat([
        string(Buffer.alloc(32, 1)),
        Buffer.from([50]),
        string(user),
        string('ssh-connection'),
        string('publickey'),
        Buffer.from([1]),
        string('ssh-ed25519'),
        string(blob),
      ]);
      return Buffer.concat([
        string(data),
        sign(null, data, createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }))),
      ]);
    };
    const login = { user: 'alice', key, algorithm: 'ssh-ed25519', from: 'x', via: 'ssh' } as const;
    expect(await door.ask('person.loginByKey', login, signed('alice'))).toMatchObject({
      mustChange: false,
      person: { user: 'alice' },
    });
    expect(await door.refused('person.loginByKey', login, signed('root'))).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
    expect(await door.refused('person.loginByKey', login, Buffer.alloc(0))).toMatchObject({
      code: 'BAD_INPUT',
    });
    const [listed] = (await desk.ask('admin.user.list', {})).filter((user) => user.name === 'alice');
    await desk.ask('admin.user.key.remove', {
      name: 'alice',
      fingerprint: listed?.publicKeys[0]?.fingerprint ?? '',
    });
    expect(await door.refused('person.loginByKey', login, signed('alice'))).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
  });
});

describe('a login', () => {
  test('is worth nothing on another connection, after logout, or after 12 hours without a call', async () => {
    await add('alice', 'pa55word');
    const ticket = await logIn(door, 'alice', 'pa55word');
    expect(await (await portal(running)).refused('person.accounts', { ticket })).toMatchObject({
      code: 'NOT_LOGGED_IN',
    });
    await door.ask('person.logout', { ticket });
    expect(await door.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
    const other = await logIn(door, 'alice', 'pa55word');
    running.advance(12 * 60 * 60_000 + 1);
    expect(await door.refused('person.accounts', { ticket: other })).toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('outlives a restart of the vault, and then belongs to the first portal that shows it', async () => {
    const folder = mkdtempSync(join(SPACE, 'vault-'));
    await makeVault(folder);
    const before = await startVault({ folder });
    const ticket = await logIn(await portal(before), 'Administrator', ADMIN_PASSWORD);
    await before.stop();
    const after = await startVault({ folder });
    try {
      const [mine, other] = [await portal(after), await portal(after)];
      expect(await mine.ask('person.accounts', { ticket })).toEqual([]);
      expect(await other.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
      mine.peer.close('the portal died');
      await vi.waitFor(async () => {
        expect(
          await after.vault.store.transaction(({ tickets }) => tickets.ticket(hashOf(ticket))),
        ).toBeNull();
      });
      expect(await other.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
    } finally {
      await after.stop();
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ['disabled', { disabled: true }],
    ['expired', { expiresAt: 1000 }],
    ['out of hours', { logonHours: 'Mon 00:00-00:01' }],
  ])('dies at the next call when its user is %s', async (_what, change) => {
    await add('alice', 'pa55word');
    const ticket = await logIn(door, 'alice', 'pa55word');
    await desk.ask('admin.user.set', { name: 'alice', ...change });
    expect(await door.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
  });

  test('with a password to be changed allows nothing else, and the change ends the other logins', async () => {
    await add('alice', 'first pa55word', { mustChange: true });
    const login = await door.ask(
      'person.login',
      { user: 'alice', from: 'x', via: 'ssh' },
      Buffer.from('first pa55word'),
    );
    expect(login.mustChange).toBe(true);
    const { ticket } = login;
    for (const call of ['person.accounts', 'person.sessions', 'person.recordings'] as const)
      expect(await door.refused(call, { ticket })).toMatchObject({ code: 'PASSWORD_MUST_CHANGE' });
    expect(
      await door.refused('person.connect', { ticket, accountId: 'a', columns: 80, rows: 24, term: 'x' }),
    ).toMatchObject({ code: 'PASSWORD_MUST_CHANGE' });
    const other = await logIn(door, 'alice', 'first pa55word');
    const change = (fresh: string, old: string): Buffer =>
      encodeSecretPayload(Buffer.from(fresh), Buffer.from(old));
    expect(
      await door.refused('person.changePassword', { ticket }, change('a better pa55phrase', 'wrong')),
    ).toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(
      await door.refused('person.changePassword', { ticket }, change('short', 'first pa55word')),
    ).toMatchObject({ code: 'PASSWORD_TOO_WEAK' });
    expect(
      await door.refused('person.changePassword', { ticket }, change('first pa55word', 'first pa55word')),
    ).toMatchObject({ code: 'PASSWORD_TOO_WEAK' });
    await door.ask('person.changePassword', { ticket }, change('a better pa55phrase', 'first pa55word'));
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
    expect(await door.refused('person.changePassword', { ticket: other }, change('x', 'y'))).toMatchObject({
      code: 'NOT_LOGGED_IN',
    });
    expect(await codeOf(attempt('alice', 'first pa55word'))).toMatch(/^LOGIN_REFUSED/);
    expect(await codeOf(attempt('alice', 'a better pa55phrase'))).toBe('in');
  });

  test.each([
    [
      'by himself',
      async (ticket: string) => {
        const both = encodeSecretPayload(Buffer.from('a better pa55phrase'), Buffer.from(ADMIN_PASSWORD));
        await door.ask('person.changePassword', { ticket }, both);
      },
    ],
    [
      'by the console',
      async () => {
        const set = { name: 'administrator', mustChange: true };
        await desk.ask('admin.user.passwd', set, Buffer.from('a better pa55phrase'));
      },
    ],
  ])(
    "of Administrator, changed %s, has the first one's file removed; nobody else's has",
    async (_by, change) => {
      await add('alice', 'pa55word');
      await desk.ask('admin.user.passwd', { name: 'alice', mustChange: false }, Buffer.from('pa55word 2'));
      expect(running.orders).toEqual([]);
      running.result = { kind: 'failed', detail: 'EPERM' };
      await change(await logIn(door, 'Administrator', ADMIN_PASSWORD));
      expect(running.orders).toEqual([{ kind: 'forget-first-password' }]);
      const row = await lastRow();
      expect([row?.outcome, row?.detail]).toEqual(['failure', expect.stringContaining('remove it: EPERM')]);
    },
  );

  test('of Administrator that was changed before this start has its file removed at this start', async () => {
    await forgetChangedPassword(running.vault);
    expect(running.orders).toEqual([{ kind: 'forget-first-password' }]);
    await desk.ask(
      'admin.user.passwd',
      { name: 'Administrator', mustChange: true },
      Buffer.from('pa55word 3'),
    );
    running.orders.length = 0;
    await forgetChangedPassword(running.vault);
    expect(running.orders).toEqual([]);
  });

  test('of the Auditor is possible once he has a password, and he sees every safe', async () => {
    await furnish(desk);
    await desk.ask('admin.user.passwd', { name: 'Auditor', mustChange: false }, Buffer.from('pa55word'));
    const ticket = await logIn(door, 'auditor', 'pa55word');
    expect(await door.ask('person.accounts', { ticket })).toMatchObject([
      { safe: 'Lab', usable: false, why: 'useAccounts on safe Lab is missing' },
    ]);
  });

  test('shows no account of a safe in which the person may not list', async () => {
    await furnish(desk);
    const ticket = await logIn(door, 'Administrator', ADMIN_PASSWORD);
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
    await desk.ask('admin.member.add', {
      safe: 'Lab',
      member: 'Vault Admins',
      permissions: ['useAccounts'],
      expiresAt: null,
    });
    expect(await door.ask('person.accounts', { ticket })).toEqual([]);
  });
});

test("favourites and recents are a person's own", async () => {
  const accountId = await furnish(desk);
  const ticket = await logIn(door, 'alice', 'alice and a password');
  await door.ask('person.favourite', { ticket, accountId, on: true });
  expect(await door.ask('person.accounts', { ticket })).toMatchObject([
    { favourite: true, lastUsedAt: null },
  ]);
  await desk.ask('admin.user.passwd', { name: 'Auditor', mustChange: false }, Buffer.from('pa55word'));
  expect(
    await door.ask('person.accounts', { ticket: await logIn(door, 'Auditor', 'pa55word') }),
  ).toMatchObject([{ favourite: false }]);
  await door.ask('person.favourite', { ticket, accountId, on: false });
  expect(await door.ask('person.accounts', { ticket })).toMatchObject([{ favourite: false }]);
});

test.each(['', 'x'.repeat(65_536), 'a\0b', '../x', '-oProxyCommand=x', 'a\u202Eb', 'a\u200Bb', 'a;b'])(
  'no user, group, safe or account is named %j',
  async (name) => {
    const wanted: unknown = expect.objectContaining({ code: 'BAD_INPUT' });
    expect(
      await desk.refused(
        'admin.user.add',
        { name, groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
        Buffer.from('x'),
      ),
    ).toEqual(wanted);
    expect(await desk.refused('admin.group.add', { name })).toEqual(wanted);
    expect(await desk.refused('admin.safe.add', { name })).toEqual(wanted);
    expect(await codeOf(attempt(name, 'x'))).toMatch(/^(LOGIN_REFUSED|BAD_INPUT)/);
  },
);

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket, 'utf8').digest('base64');
}
