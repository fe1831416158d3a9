import { rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { totpCode, totpStep } from '#/authentication/totp.js';
import { createRecheck } from '#/vault/directory/recheck.js';
import {
  BASE,
  BIND_DN,
  BIND_PASSWORD,
  type Certificates,
  group,
  groupDn,
  HAS_SLAPD,
  makeCertificates,
  PASSWORD,
  person,
  personDn,
  type Slapd,
  startSlapd,
} from '../helpers/slapd.ts';
import {
  type Client,
  client,
  furnish,
  KEY,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

const LDIF = [
  person('alice', 'title: engineer'),
  person('bob'),
  person('carol'),
  person('dave'),
  person('erin'),
  person('Administrator'),
  group('CyberArk_Auditors', [personDn('bob')]),
  group('linux', [personDn('alice'), personDn('dave')]),
].join('\n');

/** Takes connections and says nothing. */
async function blackHole(): Promise<{ readonly server: Server; readonly held: ReadonlySet<Socket> }> {
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket);
    socket.on('error', () => undefined).on('close', () => held.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, held };
}

describe.skipIf(!HAS_SLAPD)('people of a directory (slapd)', () => {
  let certificates: Certificates;
  let slapd: Slapd;
  let running: Running;
  let console: Client;
  let gateway: Client;
  beforeAll(async () => {
    certificates = makeCertificates();
    [slapd, running] = await Promise.all([startSlapd(certificates, { ldif: LDIF }), startVault()]);
    console = client(running, 'admin');
    gateway = await portal(running);
    await console.ask(
      'admin.directory.add',
      { name: 'corp', bindDn: BIND_DN, preset: false, settings: slapd.settings() },
      Buffer.from(BIND_PASSWORD),
    );
  }, 60_000);
  afterAll(async () => {
    await running?.stop();
    await slapd?.stop();
    rmSync(certificates.folder, { recursive: true, force: true });
  });

  const login = (user: string, given = PASSWORD, method: string | null = 'corp') =>
    gateway.ask(
      'person.login',
      { user, ...(method === null ? {} : { method }), from: '192.0.2.9', via: 'ssh' },
      Buffer.from(given),
    );
  const refused = (user: string, given = PASSWORD, method: string | null = 'corp') =>
    gateway.refused(
      'person.login',
      { user, ...(method === null ? {} : { method }), from: '192.0.2.9', via: 'ssh' },
      Buffer.from(given),
    );
  const lastAudit = async (action?: string) => {
    const rows = await console.ask('admin.audit.list', { after: 0, limit: 30, newestFirst: true });
    return rows.find((row) => action === undefined || row.action === action);
  };
  const users = () => console.ask('admin.user.list', {});

  test('the bind user is an account in VaultInternal that nobody sees the password of', async () => {
    const accounts = await console.ask('admin.account.list', { safe: 'VaultInternal' });
    expect(accounts).toMatchObject([
      { user: BIND_DN, address: 'corp', platform: 'LDAP', secretKind: 'password' },
    ]);
    const rows = await console.ask('admin.directory.list', {});
    expect(JSON.stringify(rows)).not.toContain(BIND_PASSWORD);
  });

  test('comes with one map: the auditors of the directory are ours', async () => {
    const [corp] = await console.ask('admin.directory.list', {});
    expect(corp?.maps).toEqual([
      { position: 1, rule: 'group CyberArk_Auditors', groups: ['Auditors'], rights: [], location: null },
    ]);
    const bob = await login('bob');
    expect(bob).toMatchObject({
      mustChange: false,
      person: { user: 'bob@corp', groups: ['Auditors'], auditor: true },
    });
    expect((await users()).find(({ name }) => name === 'bob@corp')).toMatchObject({
      directory: 'corp',
      hasPassword: false,
    });
    expect(await lastAudit('logon')).toMatchObject({
      actor: 'bob@corp',
      gateway: 'PVWAGW',
      detail: 'password, by directory corp',
    });
  });

  test('the login screen hears of it', async () => {
    expect(await gateway.ask('portal.configuration', {})).toMatchObject({ methods: ['vault', 'corp'] });
    await console.ask('admin.directory.set', { name: 'corp', preset: true });
    expect(await gateway.ask('portal.configuration', {})).toMatchObject({ methods: ['corp', 'vault'] });
  });

  test('no map, no login, and no user is made', async () => {
    expect(await refused('alice')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({
      action: 'authenticationFailure',
      actor: '(unknown user)',
      detail: 'directory corp: no-map',
    });
    expect((await users()).map(({ name }) => name)).not.toContain('alice@corp');
  });

  test('maps are tried in order, and can be moved', async () => {
    await console.ask('admin.group.add', { name: 'Linux' });
    const give = (groups: string[]) => ({ groups, rights: [], location: null });
    await console.ask('admin.directory.map.add', {
      name: 'corp',
      position: null,
      map: { rule: { kind: 'group', group: groupDn('linux') }, ...give(['Linux']), location: 'Basel' },
    });
    const maps = await console.ask('admin.directory.map.add', {
      name: 'corp',
      position: null,
      map: {
        rule: { kind: 'attribute', attribute: 'title', value: 'Engineer' },
        groups: [],
        rights: ['auditUsers'],
        location: null,
      },
    });
    expect(maps.map(({ rule }) => rule)).toEqual([
      'group CyberArk_Auditors',
      `group ${groupDn('linux')}`,
      'title is Engineer',
    ]);
    expect((await login('alice')).person).toMatchObject({ groups: ['Linux'], rights: [] });
    await console.ask('admin.directory.map.move', { name: 'corp', from: 3, to: 1 });
    expect((await login('alice')).person).toMatchObject({ groups: [], rights: ['auditUsers'] });
    await console.ask('admin.directory.map.remove', { name: 'corp', position: 1 });
    expect((await login('alice')).person).toMatchObject({ groups: ['Linux'], rights: [] });
  });

  test('a person of the directory cannot be taken for a user of the vault', async () => {
    await console.ask('admin.directory.map.add', {
      name: 'corp',
      position: null,
      map: { rule: { kind: 'everybody' }, groups: [], rights: [], location: null },
    });
    expect((await login('Administrator')).person).toMatchObject({
      user: 'Administrator@corp',
      rights: [],
      groups: [],
    });
    // neither password opens the other's door
    expect(await refused('Administrator', PASSWORD, 'vault')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await refused('Administrator', 'correct horse battery')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await refused('Administrator@corp', PASSWORD, 'vault')).toMatchObject({ code: 'LOGIN_REFUSED' });
    // failures of the one are not shown to, or counted against, the other
    const admin = (await login('Administrator', 'correct horse battery', 'vault')).person;
    expect(admin.user).toBe('Administrator');
  });

  test('the name alone leads to the directory, and a method that there is not to nothing', async () => {
    expect((await login('alice@corp', PASSWORD, null)).person.user).toBe('alice@corp');
    expect((await login('alice@CORP', PASSWORD, 'corp')).person.user).toBe('alice@corp');
    expect(await refused('alice', PASSWORD, null)).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await refused('alice', PASSWORD, 'nowhere')).toMatchObject({ code: 'LOGIN_REFUSED' });
  });

  test('a directory in an ssh user name leads to it, and the preset one without', async () => {
    const readings = (name: string) => [`${name}@root@web1`, `${name}@root`, name];
    const enter = (name: string) =>
      gateway.ask(
        'person.login',
        { user: `${name}@root@web1`, readings: readings(name), from: '192.0.2.9', via: 'ssh' },
        Buffer.from(PASSWORD),
      );
    expect(await enter('bob@corp')).toMatchObject({ reading: 2, person: { user: 'bob@corp' } });
    await console.ask('admin.directory.set', { name: 'corp', preset: true });
    expect(await enter('bob')).toMatchObject({ reading: 2, person: { user: 'bob@corp' } });
    await console.ask('admin.directory.set', { name: 'corp', preset: false });
    const answer = await gateway.refused(
      'person.login',
      { user: 'bob@root@web1', readings: readings('bob'), from: '192.0.2.10', via: 'ssh' },
      Buffer.from(PASSWORD),
    );
    expect(answer).toMatchObject({ code: 'LOGIN_REFUSED' });
  });

  test('the names of a directory are for its people', async () => {
    const carol = { groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null };
    const secret = () => Buffer.from('a password of carol');
    expect(await console.refused('admin.user.add', { name: 'carol@CORP', ...carol }, secret())).toMatchObject(
      {
        code: 'BAD_INPUT',
      },
    );
    expect(
      await console.refused('admin.user.passwd', { name: 'bob@corp', mustChange: false }, secret()),
    ).toMatchObject({ code: 'BAD_INPUT' });
    await console.ask('admin.user.set', { name: 'bob@corp', disabled: true });
    expect(await refused('bob')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({ actor: 'bob@corp', detail: 'disabled here' });
    await console.ask('admin.user.set', { name: 'bob@corp', disabled: false });
    expect((await login('bob')).person.user).toBe('bob@corp');
  });

  test('their password is that of the directory, whoever sets them another; and they may be enabled again', async () => {
    const helper = { groups: [], mustChange: false, expiresAt: null, logonHours: null };
    await console.ask(
      'admin.user.add',
      { name: 'helper', ...helper, rights: ['resetUsersPasswords', 'activateUsers', 'addUpdateUsers'] },
      Buffer.from('a password of helper'),
    );
    const { ticket } = await login('helper', 'a password of helper', 'vault');
    await login('erin');
    const mine = () => Buffer.from('a password that the helper knows');
    expect(
      await gateway.refused('person.user.resetPassword', { ticket, name: 'erin@corp' }, mine()),
    ).toMatchObject({ code: 'BAD_INPUT' });
    await gateway.ask('person.user.set', { ticket, name: 'erin@corp', disabled: true });
    expect(await refused('erin')).toMatchObject({ code: 'LOGIN_REFUSED' });
    await gateway.ask('person.user.activate', { ticket, name: 'erin@corp' });
    expect((await login('erin')).person.user).toBe('erin@corp');
    // nor does one count that was set when this could be done
    const passwordHash = await running.vault.authentication.hash(mine());
    await running.vault.store.transaction(async ({ people }) => {
      const erin = await people.userByName('erin@corp');
      if (erin !== null) await people.changeUser(erin.id, { passwordHash });
    });
    expect(await refused('erin@corp', mine().toString(), 'vault')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({ detail: 'has the password of directory corp' });
  });

  test('they prove themselves with it, for a second factor and keys of their own', async () => {
    const { ticket } = await login('erin');
    const key = `${KEY.type} ${KEY.base64}`;
    const wrong = await gateway.refused('person.key.add', { ticket, key }, Buffer.from('wrong'));
    expect(wrong).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({
      action: 'authenticationFailure',
      actor: 'erin@corp',
      detail: 'directory corp: wrong-password',
    });
    await gateway.ask('person.key.add', { ticket, key }, Buffer.from(PASSWORD));
    const secret = await gateway.blob('person.secondFactor.begin', { ticket }, Buffer.from(PASSWORD));
    const code = Buffer.from(totpCode(Buffer.from(secret ?? ''), totpStep(running.vault.now())));
    await gateway.ask('person.secondFactor.confirm', { ticket }, code);
    expect((await login('erin')).secondFactor).toBe('code');
    await console.ask('admin.user.secondFactor.reset', { name: 'erin@corp' });
  });

  test('a directory that hangs holds up nobody of another one, and nobody of the vault', async () => {
    const { server, held } = await blackHole();
    const { port } = server.address() as AddressInfo;
    const servers = [{ host: '127.0.0.1', port }];
    await console.ask(
      'admin.directory.add',
      {
        name: 'hang',
        bindDn: BIND_DN,
        preset: false,
        settings: slapd.settings({ servers, timeout: 20_000 }),
      },
      Buffer.from(BIND_PASSWORD),
    );
    let over = 0;
    const hanging = Array.from({ length: 40 }, async (_, n) => {
      await gateway.peer.call(
        'person.login',
        { user: `one${n}`, method: 'hang', from: '192.0.2.9', via: 'ssh' },
        Buffer.from('x'),
      );
      over += 1;
    });
    await vi.waitFor(() => expect(held.size).toBeGreaterThanOrEqual(16), 10_000);
    expect((await login('bob')).person.user).toBe('bob@corp');
    const key = { user: 'Administrator', key: KEY.base64, algorithm: 'ssh-ed25519' };
    const signed = Buffer.from([0, 0, 0, 1, 0, 0]);
    expect(
      await gateway.refused('person.loginByKey', { ...key, from: '192.0.2.9', via: 'ssh' }, signed),
    ).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(over).toBe(0);
    await console.ask('admin.directory.set', { name: 'hang', enabled: false });
    server.close();
    const ending = setInterval(() => held.forEach((socket) => socket.destroy()), 50);
    await Promise.all(hanging);
    clearInterval(ending);
    await console.ask('admin.directory.remove', { name: 'hang' });
  });

  test('a name that somebody else has already lets nobody in', async () => {
    await login('carol');
    slapd.modify(`dn: ${personDn('carol')}\nchangetype: delete\n`);
    slapd.modify(person('carol').replace('\n', '\nchangetype: add\n'));
    expect(await refused('carol')).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({ detail: 'directory corp: name-taken' });
  });

  test('refusals look alike whatever their reason, and the audit knows it', async () => {
    const screens = [];
    for (const [user, given, reason] of [
      ['alice', 'wrong', 'wrong-password'],
      ['nobody', PASSWORD, 'no-such-user'],
      ['alice', '', 'empty-password'],
      ['*)(uid=*', PASSWORD, 'no-such-user'],
    ] as const) {
      screens.push(await refused(user, given));
      expect(await lastAudit()).toMatchObject({ detail: `directory corp: ${reason}` });
    }
    expect(new Set(screens.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('a rejected bind user is our trouble, and never counts against the person', async () => {
    await console.ask('admin.directory.set', { name: 'corp' }, Buffer.from('not the password'));
    for (let n = 0; n < 8; n += 1)
      expect(await refused('erin')).toMatchObject({ code: 'DIRECTORY_UNAVAILABLE' });
    expect((await lastAudit())?.detail).toContain(`the bind user ${BIND_DN} is rejected`);
    const checks = await console.ask('admin.doctor', {});
    expect(checks.find(({ part }) => part === 'directory corp')).toMatchObject({ state: 'failure' });
    await console.ask('admin.directory.set', { name: 'corp' }, Buffer.from(BIND_PASSWORD));
    expect((await login('erin')).person.user).toBe('erin@corp');
  });

  test('doctor tells in advance that a certificate expires', async () => {
    const checks = await console.ask('admin.doctor', {});
    expect(checks.find(({ part }) => part === 'directory corp')).toMatchObject({
      state: 'warning',
      detail: expect.stringMatching(/expires in (19|20) days/) as string,
    });
  });

  test('too many wrong passwords are held back, from that source only', async () => {
    for (let n = 0; n < 5; n += 1) await refused('dave', 'wrong');
    expect(await refused('dave')).toMatchObject({ code: 'LOGIN_THROTTLED' });
    const elsewhere = { user: 'dave', method: 'corp', from: '198.51.100.7', via: 'ssh' } as const;
    expect((await gateway.ask('person.login', elsewhere, Buffer.from(PASSWORD))).person.user).toBe(
      'dave@corp',
    );
  });

  test('a trial shows each step, and what a person would get', async () => {
    const { steps, ok } = await console.ask(
      'admin.directory.test',
      { name: 'corp', user: 'alice' },
      Buffer.from(PASSWORD),
    );
    expect(ok).toBe(true);
    expect(steps.map(({ step }) => step)).toEqual([
      'name',
      'tcp',
      'tls',
      'bind',
      'search',
      'name',
      'tcp',
      'tls',
      'user-bind',
      'groups',
      'map',
      'rights',
    ]);
    expect(steps.at(-1)?.detail).toBe('alice@corp: groups Linux; rights none; location Basel');
    const wrong = await console.ask(
      'admin.directory.test',
      { name: 'corp', user: 'alice' },
      Buffer.from('wrong'),
    );
    expect(wrong).toMatchObject({ ok: false });
    expect(wrong.steps.find(({ ok: well }) => well === false)).toMatchObject({
      step: 'user-bind',
      detail: 'wrong-password',
    });
  });

  test("rotates the bind user's password, and works with the new one", async () => {
    await console.ask('admin.directory.rotate', { name: 'corp' });
    expect((await login('alice')).person.user).toBe('alice@corp');
    expect((await console.ask('admin.directory.test', { name: 'corp', user: null })).ok).toBe(true);
    await console.ask('admin.directory.set', { name: 'corp' }, Buffer.from(BIND_PASSWORD));
    expect((await console.ask('admin.directory.test', { name: 'corp', user: null })).ok).toBe(false);
    slapd.modify(
      `dn: ${BIND_DN}\nchangetype: modify\nreplace: userPassword\nuserPassword: ${BIND_PASSWORD}\n`,
    );
    expect((await console.ask('admin.directory.test', { name: 'corp', user: null })).ok).toBe(true);
  });

  describe('while they are logged in', () => {
    const recheck = () => createRecheck(running.vault)();
    const take = (uid: string, from: string) =>
      slapd.modify(`dn: ${groupDn(from)}\nchangetype: modify\ndelete: member\nmember: ${personDn(uid)}\n`);

    test('a group that is taken away takes its rights and ends the sessions that it allowed', async () => {
      const accountId = await furnish(console, { user: 'frank' });
      await console.ask('admin.member.add', {
        safe: 'Lab',
        member: 'Linux',
        preset: 'ConnectOnly',
        expiresAt: null,
      });
      const ended: unknown[] = [];
      await sessionHost(running, 0, [], (call, args) => {
        ended.push([call, args]);
        return Promise.resolve({ ok: true, value: { value: null } });
      });
      const { ticket } = await login('alice');
      await gateway.ask('person.connect', { ticket, accountId, columns: 80, rows: 24, term: 'xterm' });
      await recheck();
      expect(await gateway.ask('person.sessions', { ticket })).toHaveLength(1);

      take('alice', 'linux');
      await recheck();
      expect(await gateway.ask('person.sessions', { ticket })).toEqual([]);
      expect(await gateway.ask('person.accounts', { ticket })).toEqual([]);
      expect(await lastAudit('sessionTerminated')).toMatchObject({
        actor: 'directory corp',
        detail: "alice@corp's session: alice@corp may no longer use accounts of Lab",
      });
    });

    test('who is gone from the directory is logged out', async () => {
      const { ticket } = await login('erin');
      slapd.modify(`dn: ${personDn('erin')}\nchangetype: delete\n`);
      await recheck();
      expect(await gateway.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
      expect((await lastAudit('logoff'))?.detail).toBe('directory corp: gone');
    });

    test('who is locked in the directory is logged out', async () => {
      const { ticket } = await login('alice');
      slapd.modify(
        `dn: ${personDn('alice')}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n`,
      );
      await recheck();
      expect(await gateway.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
      expect(await refused('alice')).toMatchObject({ code: 'LOGIN_REFUSED' });
      expect(await lastAudit()).toMatchObject({ actor: 'alice@corp', detail: 'directory corp: disabled' });
    });

    test('a directory that does not answer changes nothing, and says so once', async () => {
      const { ticket } = await login('bob');
      await console.ask('admin.directory.set', {
        name: 'corp',
        settings: { servers: [{ host: 'localhost', port: 1 }] },
      });
      const look = createRecheck(running.vault);
      for (let n = 0; n < 4; n += 1) await look();
      expect(await gateway.ask('person.sessions', { ticket })).toEqual([]);
      const rows = await console.ask('admin.audit.list', { after: 0, limit: 50, newestFirst: true });
      const told = rows.filter(({ action }) => action === 'directoryTrouble');
      // and once by the vault's own look, when this takes so long that one falls into it
      expect([1, 2]).toContain(told.length);
      await console.ask('admin.directory.set', {
        name: 'corp',
        settings: { servers: [{ host: 'localhost', port: slapd.port }] },
      });
    });

    test('a directory that is removed takes its people with it', async () => {
      const { ticket } = await login('bob');
      await console.ask('admin.directory.remove', { name: 'corp' });
      expect(await gateway.refused('person.accounts', { ticket })).toMatchObject({ code: 'NOT_LOGGED_IN' });
      expect(await refused('bob')).toMatchObject({ code: 'LOGIN_REFUSED' });
      expect((await users()).find(({ name }) => name === 'bob@corp')?.groups).toEqual([]);
      expect(await console.ask('admin.account.list', { safe: 'VaultInternal' })).toEqual([]);
    });
  });

  test.each([
    ['a name that is no suffix', { name: 'a b' }],
    ['the name of the vault', { name: 'Vault' }],
    ['a bind user that is a SASL mechanism', { bindDn: 'EXTERNAL' }],
    ['port 389 that was not allowed', { settings: { servers: [{ host: 'localhost', port: 389 }] } }],
  ])('refuses %s', async (_what, change) => {
    const settings = { ...slapd.settings(), ...('settings' in change ? change.settings : {}) };
    const args = { name: 'new', bindDn: BIND_DN, preset: false, ...change, settings };
    expect(await console.refused('admin.directory.add', args, Buffer.from('x'))).toMatchObject({
      code: 'BAD_INPUT',
    });
  });
  test('and an empty password of the bind user', async () => {
    const args = { name: 'new', bindDn: BIND_DN, preset: false, settings: slapd.settings({ base: BASE }) };
    expect(await console.refused('admin.directory.add', args)).toMatchObject({ code: 'BAD_INPUT' });
  });
});
