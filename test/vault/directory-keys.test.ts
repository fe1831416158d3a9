/** SSH keys that stand in a person's entry of a directory: they open the door as long as they stand there. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  BASE,
  BIND_DN,
  BIND_PASSWORD,
  type Certificates,
  group,
  HAS_SLAPD,
  makeCertificates,
  person,
  personDn,
  type Slapd,
  startSlapd,
  withKeys,
} from '../helpers/slapd.ts';
import { type UserKey, userKey } from '../helpers/user-key.ts';
import { type Client, client, portal, type Running, startVault } from './in-process.ts';

/** Answers about offered keys count for 5 s. */
const FRESH = 6000;
const WEAK = 'ssh-dss AAAAB3NzaC1kc3MAAACBAP1/ old';

describe.skipIf(!HAS_SLAPD)('keys of a directory (slapd)', () => {
  let certificates: Certificates;
  let slapd: Slapd;
  let running: Running;
  let console: Client;
  let gateway: Client;
  const [first, second, bobs, lockeds, mallorys] = ['one', 'two', 'bob', 'locked', 'mallory'].map(
    userKey,
  ) as [UserKey, UserKey, UserKey, UserKey, UserKey];

  beforeAll(async () => {
    certificates = makeCertificates();
    const ldif = [
      person('alice', withKeys([first.line, WEAK, 'not a key at all'])),
      person('bob', withKeys([bobs.line])),
      person('carol', withKeys([`from="192.0.2.9" ${second.line}`])),
      person('mallory', withKeys([mallorys.line])),
      person('locked', `${withKeys([lockeds.line])}\npwdAccountLockedTime: 20260101000000Z`),
      group('CyberArk_Auditors', ['alice', 'bob', 'locked'].map(personDn)),
    ].join('\n');
    [slapd, running] = await Promise.all([startSlapd(certificates, { ldif }), startVault()]);
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

  const known = (user: string, { base64 }: UserKey) =>
    gateway.ask('person.keyKnown', { user, key: base64, from: '192.0.2.9' });
  const question = (user: string, { base64 }: UserKey, from = '192.0.2.9') =>
    ({ user, key: base64, algorithm: 'ssh-ed25519', from, via: 'ssh' }) as const;
  const login = (user: string, key: UserKey) =>
    gateway.ask('person.loginByKey', question(user, key), key.proof(user));
  const refused = (user: string, key: UserKey, proof = key.proof(user), from = '192.0.2.9') =>
    gateway.refused('person.loginByKey', question(user, key, from), proof);
  const lastAudit = async () =>
    (await console.ask('admin.audit.list', { after: 0, limit: 30, newestFirst: true })).find(({ action }) =>
      ['logon', 'authenticationFailure'].includes(action),
    );
  const names = async () => (await console.ask('admin.user.list', {})).map(({ name }) => name);
  const setAttribute = (keyAttribute: string | null) =>
    console.ask('admin.directory.set', { name: 'corp', settings: { keyAttribute } });

  test('count for nothing until the directory says in which attribute they are', async () => {
    expect(await known('alice@corp', first)).toBe(false);
    expect(await refused('alice@corp', first)).toMatchObject({ code: 'LOGIN_REFUSED' });
    await setAttribute('sshPublicKey');
    expect(await known('alice@corp', first)).toBe(true);
  });

  test('let a person in at his first login already, with his map; the audit says which key and from where', async () => {
    expect(await names()).not.toContain('alice@corp');
    expect(await login('alice@corp', first)).toMatchObject({
      mustChange: false,
      person: { user: 'alice@corp', groups: ['Auditors'] },
    });
    expect(await names()).toContain('alice@corp');
    expect(await lastAudit()).toMatchObject({
      action: 'logon',
      actor: 'alice@corp',
      gateway: 'PVWAGW',
      from: '192.0.2.9',
      detail: expect.stringMatching(
        /^publickey SHA256:[\w+/]{43}, in sshPublicKey of directory corp$/,
      ) as string,
    });
  });

  test("are nobody else's, and nothing without the private part", async () => {
    expect(await known('bob@corp', first)).toBe(false);
    expect(await known('nobody@corp', first)).toBe(false);
    expect(await refused('bob@corp', first)).toMatchObject({ code: 'LOGIN_REFUSED' });
    // bob's signature under alice's key, and alice's own signature for another name
    expect(await refused('alice@corp', first, bobs.proof('alice@corp'), '192.0.2.10')).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
    expect(await refused('alice@corp', first, first.proof('bob@corp'), '192.0.2.10')).toMatchObject({
      code: 'LOGIN_REFUSED',
    });
    expect(await lastAudit()).toMatchObject({ actor: 'alice@corp', detail: 'wrong-key' });
  });

  test('with options before them are left out: what they ask for would not be kept', async () => {
    expect(await known('carol@corp', second)).toBe(false);
  });

  test('do not get around the map, nor around a lock of the directory', async () => {
    expect(await known('mallory@corp', mallorys)).toBe(true);
    expect(await refused('mallory@corp', mallorys)).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({ detail: 'directory corp: no-map' });
    expect(await names()).not.toContain('mallory@corp');
    expect(await refused('locked@corp', lockeds)).toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(await lastAudit()).toMatchObject({ detail: 'directory corp: locked' });
  });

  test('are tried step by step by the trial, which says what is wrong with one', async () => {
    const { steps } = await console.ask('admin.directory.test', { name: 'corp', user: 'alice' });
    const said = steps.find(({ step }) => step === 'keys')?.detail ?? '';
    expect(said).toMatch(/^sshPublicKey: (left out: the key [^;]*; ){2}SHA256:[\w+/]{43}$/);
    expect(said).toContain('is not an SSH public key');
  });

  test('that are taken out of the entry open nothing any more; new ones do', async () => {
    slapd.modify(
      `dn: ${personDn('alice')}\nchangetype: modify\nreplace: sshPublicKey\nsshPublicKey: ${second.line}\n`,
    );
    // the login asks anew, whatever was said of the offer
    expect(await refused('alice@corp', first)).toMatchObject({ code: 'LOGIN_REFUSED' });
    running.advance(FRESH);
    expect(await known('alice@corp', first)).toBe(false);
    expect(await known('alice@corp', second)).toBe(true);
    expect(await login('alice@corp', second)).toMatchObject({ person: { user: 'alice@corp' } });
  });

  test('with the name alone, where the directory is preset', async () => {
    expect(await known('alice', second)).toBe(false);
    await console.ask('admin.directory.set', { name: 'corp', preset: true });
    expect(await known('alice', second)).toBe(true);
    expect(await login('alice', second)).toMatchObject({ person: { user: 'alice@corp' } });
    expect(await login('alice', second)).not.toHaveProperty('reading');
    await console.ask('admin.directory.set', { name: 'corp', preset: false });
  });

  test('let nobody in while the directory cannot be asked, and everybody once it can', async () => {
    const { servers } = slapd.settings();
    await console.ask('admin.directory.set', {
      name: 'corp',
      settings: { servers: [{ host: 'localhost', port: 1 }] },
    });
    running.advance(FRESH);
    expect(await known('alice@corp', second)).toBe(false);
    expect((await refused('alice@corp', second)).code).toBe('LOGIN_REFUSED');
    await console.ask('admin.directory.set', { name: 'corp', settings: { servers } });
    running.advance(FRESH);
    expect(await login('alice@corp', second)).toMatchObject({ person: { user: 'alice@corp' } });
  });

  test('wait after failures like passwords do, from that source only', async () => {
    for (let n = 0; n < 5; n += 1) await refused('bob@corp', first, undefined, '198.51.100.1');
    expect(await refused('bob@corp', bobs, undefined, '198.51.100.1')).toMatchObject({
      code: 'LOGIN_THROTTLED',
    });
    expect(
      await gateway.ask('person.keyKnown', { user: 'bob@corp', key: bobs.base64, from: '198.51.100.1' }),
    ).toBe(false);
    expect(await login('bob@corp', bobs)).toMatchObject({ person: { user: 'bob@corp' } });
  });

  test('are not read over plain LDAP', async () => {
    const plain = { servers: [{ host: 'localhost', port: slapd.plainPort }], plain: true };
    expect(await console.refused('admin.directory.set', { name: 'corp', settings: plain })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining('only read over TLS') as string,
    });
    expect((await console.ask('admin.directory.list', {}))[0]?.settings).toMatchObject({
      base: BASE,
      plain: false,
    });
  });
});
