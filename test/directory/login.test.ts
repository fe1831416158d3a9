import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  DirectoryArgs,
  DirectoryCall,
  DirectoryResult,
  DirectorySettings,
} from '#/contract/directory-calls.js';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { directoryAnswers } from '#/directory/answer.js';
import {
  BASE,
  BIND_DN,
  BIND_PASSWORD,
  type CertificateName,
  type Certificates,
  freePort,
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

const CROWD = 1500;
const crowd = Array.from({ length: CROWD }, (_, n) => person(`crowd${n}`)).join('\n');
const LDIF = [
  person('alice'),
  person('bob'),
  person('twin', 'mail: shared@corp.test'),
  person('twin2', 'mail: shared@corp.test'),
  person('EXTERNAL'),
  person('locked', 'pwdAccountLockedTime: 20260101000000Z'),
  person('disabled', 'pwdAccountLockedTime: 000001010000Z'),
  person('expired', 'objectClass: shadowAccount\nshadowExpire: 1000'),
  group('staff', [personDn('alice'), personDn('bob')]),
  group('admins', [groupDn('staff')]),
  group('CyberArk_Auditors', [groupDn('admins')]),
  group('circle-a', [groupDn('circle-b'), personDn('bob')]),
  group('circle-b', [groupDn('circle-a')]),
  `dn: ou=elsewhere,${BASE}\nobjectClass: referral\nobjectClass: extensibleObject\nou: elsewhere\nref: ldap://192.0.2.1/ou=elsewhere,${BASE}\n`,
  crowd,
].join('\n');

describe.skipIf(!HAS_SLAPD)('a real directory over TLS (slapd)', () => {
  let certificates: Certificates;
  let slapd: Slapd;
  const others: { stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    certificates = makeCertificates();
    slapd = await startSlapd(certificates, {
      ldif: LDIF,
      // an empty password binds as nobody, successfully; and only pages of 500 are given
      global: 'allow bind_anon_cred',
      database: 'limits users size.soft=500 size.hard=500 size.prtotal=unlimited',
    });
  }, 60_000);
  afterAll(async () => {
    for (const one of [slapd, ...others]) await one?.stop();
    rmSync(certificates.folder, { recursive: true, force: true });
  });

  const answers = directoryAnswers();
  interface Asked {
    readonly settings?: DirectorySettings;
    readonly bind?: string;
    readonly handler?: typeof answers;
  }
  async function ask<K extends DirectoryCall>(
    call: K,
    more: Omit<DirectoryArgs<K>, 'settings' | 'bindDn' | 'attributes'>,
    other: string,
    { settings = slapd.settings(), bind = BIND_PASSWORD, handler = answers }: Asked = {},
  ): Promise<DirectoryResult<K>> {
    const blob = encodeSecretPayload(Buffer.from(bind), Buffer.from(other));
    const outcome = await handler(call, { settings, bindDn: BIND_DN, attributes: [], ...more }, blob);
    expect(blob.every((byte) => byte === 0)).toBe(true);
    if (!outcome.ok) throw new Error(outcome.failure.message);
    return outcome.value.value as DirectoryResult<K>;
  }
  const login = (user: string, password = PASSWORD, asked: Asked = {}) =>
    ask('directory.login', { user }, password, asked);
  const test_ = (asked: Asked = {}) => ask('directory.test', { user: null }, '', asked);

  test('lets a person in, with the groups around his groups', async () => {
    expect(await login('alice')).toMatchObject({
      kind: 'in',
      person: {
        dn: personDn('alice'),
        name: 'alice',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        groups: [groupDn('staff'), groupDn('admins'), groupDn('CyberArk_Auditors')],
        state: 'active',
      },
    });
  });

  test('names a person by the first attribute, by whichever he was found', async () => {
    expect(await login('ALICE@corp.test')).toMatchObject({ kind: 'in', person: { name: 'alice' } });
  });

  test('groups in a circle end', async () => {
    const answer = await login('bob');
    expect(answer.kind === 'in' ? [...answer.person.groups].sort() : answer).toEqual(
      ['CyberArk_Auditors', 'admins', 'circle-a', 'circle-b', 'staff'].map(groupDn),
    );
  });

  test.each([
    ['alice', 'wrong', 'wrong-password'],
    ['nobody', PASSWORD, 'no-such-user'],
    ['shared@corp.test', PASSWORD, 'ambiguous-user'],
    ['alice', '', 'empty-password'],
    ['nobody', '', 'empty-password'],
    ['alice', '\0', 'unusable-password'],
    ['alice', `${PASSWORD}\0`, 'unusable-password'],
    ['locked', PASSWORD, 'locked'],
    ['disabled', PASSWORD, 'disabled'],
    ['disabled', 'wrong', 'disabled'],
    ['expired', PASSWORD, 'expired'],
    // names that mean something in a filter, in a DN or to a library are names
    ['*', PASSWORD, 'no-such-user'],
    ['*)(uid=*', PASSWORD, 'no-such-user'],
    ['alice)(|(uid=*', PASSWORD, 'no-such-user'],
    ['ali*', PASSWORD, 'no-such-user'],
    ['\\61lice', PASSWORD, 'no-such-user'],
    [personDn('alice'), PASSWORD, 'no-such-user'],
    ['PLAIN', PASSWORD, 'no-such-user'],
    ['SCRAM-SHA-256', PASSWORD, 'no-such-user'],
    ['', PASSWORD, 'no-such-user'],
  ])('refuses "%s" with "%s": %s', async (user, password, reason) => {
    expect(await login(user, password)).toEqual({ kind: 'refused', reason });
  });

  test('a person whose name is a SASL mechanism is a person', async () => {
    expect(await login('EXTERNAL')).toMatchObject({ kind: 'in', person: { dn: personDn('EXTERNAL') } });
    expect(await login('EXTERNAL', 'wrong')).toEqual({ kind: 'refused', reason: 'wrong-password' });
  });

  test('tells a rejected bind user apart from a rejected person', async () => {
    expect(await login('alice', PASSWORD, { bind: 'not this' })).toEqual({
      kind: 'unavailable',
      step: 'bind',
      server: `localhost:${slapd.port}`,
      detail: `the bind user ${BIND_DN} is rejected`,
    });
    expect(await login('alice', PASSWORD, { bind: '' })).toMatchObject({ kind: 'unavailable', step: 'bind' });
  });

  test.each<[CertificateName, RegExp]>([
    ['expired', /certificate has expired/],
    ['wrong-name', /certificate is for another name \(DNS:elsewhere\.test\)/],
    ['unknown-ca', /was not signed by an authority/],
  ])('refuses a server with a certificate that is bad: %s', async (certificate, said) => {
    const bad = await startSlapd(certificates, { certificate });
    others.push(bad);
    expect(await login('alice', PASSWORD, { settings: bad.settings() })).toMatchObject({
      kind: 'unavailable',
      step: 'tls',
      detail: expect.stringMatching(said) as string,
    });
  });

  test('takes an address when the certificate is for it, too', async () => {
    const settings = slapd.settings({ servers: [{ host: '127.0.0.1', port: slapd.port }] });
    expect(await login('alice', PASSWORD, { settings })).toMatchObject({ kind: 'in' });
  });

  test('plain LDAP only where the directory allows it', async () => {
    const servers = [{ host: 'localhost', port: slapd.plainPort }];
    expect(await login('alice', PASSWORD, { settings: slapd.settings({ servers }) })).toMatchObject({
      kind: 'unavailable',
      step: 'tls',
    });
    expect(
      await login('alice', PASSWORD, { settings: slapd.settings({ servers, plain: true }) }),
    ).toMatchObject({
      kind: 'in',
    });
  });

  test('goes on to the next server, and asks a dead one last for a while', async () => {
    const dead = { host: '127.0.0.1', port: await freePort() };
    const settings = slapd.settings({ servers: [dead, { host: 'localhost', port: slapd.port }] });
    const handler = directoryAnswers();
    const first = await ask('directory.test', { user: null }, '', { settings, handler });
    expect(first.steps.map(({ step, ok }) => [step, ok])).toEqual([
      ['name', true],
      ['tcp', false],
      ['name', true],
      ['tcp', true],
      ['tls', true],
      ['bind', true],
      ['search', true],
    ]);
    const second = await ask('directory.test', { user: null }, '', { settings, handler });
    expect(second.steps.map(({ server }) => server)).toEqual(Array(5).fill(`localhost:${slapd.port}`));
  });

  test('reads beyond what one answer may hold', async () => {
    const { steps } = await test_();
    expect(steps.at(-1)).toMatchObject({
      step: 'search',
      ok: true,
      detail: expect.stringContaining(`${CROWD + 8} entries`) as string,
    });
    expect(steps.at(-1)?.detail).toContain('1 referrals were not followed');
  });

  test('does not follow a referral', async () => {
    const settings = slapd.settings({ base: `ou=elsewhere,${BASE}` });
    expect(await login('alice', PASSWORD, { settings })).toMatchObject({
      kind: 'unavailable',
      step: 'search',
      detail: 'the server refers to another one; referrals are not followed',
    });
  });

  describe('a server that misbehaves', () => {
    const servers: Server[] = [];
    const sockets: Socket[] = [];
    afterAll(() => {
      for (const socket of sockets) socket.destroy();
      for (const server of servers) server.close();
    });
    async function relay(treat: (client: Socket) => void): Promise<DirectorySettings> {
      const server = createServer((client) => {
        sockets.push(client);
        client.on('error', () => undefined);
        treat(client);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      return slapd.settings({ servers: [{ host: 'localhost', port }], timeout: 700 });
    }
    const through = (client: Socket, onAnswer: (bytes: Buffer) => void): void => {
      const target = connect(slapd.port, '127.0.0.1');
      sockets.push(target);
      target.on('error', () => undefined);
      client.on('data', (bytes) => target.write(bytes));
      target.on('data', onAnswer);
    };

    test('a black hole costs its time and no more', async () => {
      const began = performance.now();
      const settings = await relay(() => undefined);
      expect(await login('alice', PASSWORD, { settings })).toMatchObject({
        kind: 'unavailable',
        step: 'tls',
      });
      expect(performance.now() - began).toBeLessThan(5000);
    });

    test('one that goes silent after the handshake costs its time, too', async () => {
      let seen = 0;
      const settings = await relay((client) =>
        through(client, (bytes) => {
          seen += 1;
          // TLS 1.3: the server's flight, then its session tickets; everything after is LDAP
          if (seen <= 2) client.write(bytes);
        }),
      );
      expect(await login('alice', PASSWORD, { settings })).toMatchObject({ kind: 'unavailable' });
    });

    test("one that answers a minute later costs its time only, and the late answer is nobody's", async () => {
      const late: NodeJS.Timeout[] = [];
      const settings = await relay((client) => {
        let asked = 0;
        const target = connect(slapd.port, '127.0.0.1');
        sockets.push(target);
        target.on('error', () => undefined);
        client.on('data', (bytes) => {
          asked += 1;
          target.write(bytes);
        });
        // ClientHello, Finished, then the bind: from there on each answer comes a minute late
        target.on('data', (bytes) => {
          if (asked < 3) client.write(bytes);
          else late.push(setTimeout(() => client.write(bytes), 60_000));
        });
      });
      const began = performance.now();
      const slow = { ...settings, servers: [...settings.servers, { host: 'localhost', port: slapd.port }] };
      // the next server takes over, and the person does not wait for the first one
      expect(await login('alice', PASSWORD, { settings: slow })).toMatchObject({ kind: 'in' });
      expect(await login('alice', PASSWORD, { settings })).toMatchObject({
        kind: 'unavailable',
        step: 'bind',
      });
      expect(performance.now() - began).toBeLessThan(10_000);
      expect(late.length).toBeGreaterThan(0);
      for (const one of late) clearTimeout(one);
    });

    test('a reset in the middle of a bind', async () => {
      const settings = await relay((client) => {
        let sent = 0;
        const target = connect(slapd.port, '127.0.0.1');
        sockets.push(target);
        target.on('error', () => undefined);
        target.on('data', (bytes) => client.write(bytes));
        client.on('data', (bytes) => {
          sent += 1;
          // ClientHello, Finished, then the bind
          if (sent >= 3) client.resetAndDestroy();
          else target.write(bytes);
        });
      });
      expect(await login('alice', PASSWORD, { settings })).toMatchObject({
        kind: 'unavailable',
        step: 'bind',
      });
    });

    test('and the next one takes over', async () => {
      const bad = await relay((client) => client.resetAndDestroy());
      const settings = { ...bad, servers: [...bad.servers, { host: 'localhost', port: slapd.port }] };
      expect(await login('alice', PASSWORD, { settings })).toMatchObject({ kind: 'in' });
    });
  });

  test('finds people again by what stays, also when they moved, and says who is gone', async () => {
    const came = await login('alice');
    if (came.kind !== 'in') throw new Error('alice is not in');
    const { id, dn } = came.person;
    slapd.modify(`dn: ${dn}\nchangetype: modrdn\nnewrdn: uid=alicia\ndeleteoldrdn: 1\n`);
    const answer = await ask(
      'directory.lookUp',
      {
        people: [
          { id, dn },
          { id: '00000000-0000-0000-0000-000000000000', dn: personDn('gone') },
        ],
      },
      '',
    );
    slapd.modify(`dn: ${personDn('alicia')}\nchangetype: modrdn\nnewrdn: uid=alice\ndeleteoldrdn: 1\n`);
    expect(answer).toMatchObject({
      kind: 'found',
      people: [{ id, person: { name: 'alicia' } }, { person: null }],
    });
  });

  test('says how long certificates are good for, server by server', async () => {
    const dead = { host: 'localhost', port: await freePort() };
    const settings = slapd.settings({ servers: [{ host: 'localhost', port: slapd.port }, dead] });
    const [good, bad] = await ask('directory.examine', {}, '', { settings });
    expect(good).toMatchObject({ ok: true });
    const days = ((good?.expiresAt ?? 0) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(18);
    expect(days).toBeLessThan(21);
    expect(bad).toMatchObject({
      ok: false,
      expiresAt: null,
      detail: expect.stringContaining('tcp:') as string,
    });
  });

  test("changes the bind user's password and proves it", async () => {
    expect(await ask('directory.changePassword', {}, 'a fresh one')).toEqual({ kind: 'changed' });
    expect(await login('alice', PASSWORD, { bind: 'a fresh one' })).toMatchObject({ kind: 'in' });
    expect(await login('alice')).toMatchObject({ kind: 'unavailable', step: 'bind' });
    expect(await ask('directory.changePassword', {}, BIND_PASSWORD, { bind: 'a fresh one' })).toEqual({
      kind: 'changed',
    });
  });
});
