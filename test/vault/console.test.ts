import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { BUILT_IN_GROUPS, BUILT_IN_SAFES } from '#/domain/people.js';
import { PRESETS } from '#/domain/permission.js';
import { secretProblem } from '#/vault/check-secret.js';
import { containing, having } from '../helpers/loosely.ts';
import {
  type Client,
  client,
  component,
  furnish,
  KEY,
  password,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
});
afterEach(() => running.stop());

describe('a new vault', () => {
  test('has its users, groups and safes, with the Auditors in every safe', async () => {
    expect(await desk.ask('admin.user.list', {})).toMatchObject([
      { name: 'Administrator', groups: ['Vault Admins'], disabled: false, hasPassword: true },
      { name: 'Auditor', groups: ['Auditors'], disabled: true, hasPassword: false },
    ]);
    expect((await desk.ask('admin.group.list', {})).map((group) => group.name).toSorted()).toEqual(
      [...BUILT_IN_GROUPS].toSorted(),
    );
    await desk.ask('admin.safe.add', { name: 'Lab' });
    const safes = await desk.ask('admin.safe.list', {});
    expect(safes.map((safe) => safe.name).toSorted()).toEqual([...BUILT_IN_SAFES, 'Lab'].toSorted());
    for (const { name } of safes) {
      const permissions =
        name === 'PSMRecordings'
          ? ['retrieveAccounts', 'listAccounts', 'viewAuditLog', 'viewSafeMembers']
          : ['listAccounts', 'viewAuditLog', 'viewSafeMembers'];
      expect(await desk.ask('admin.member.list', { safe: name })).toMatchObject([
        { member: 'Auditors', kind: 'group', permissions },
      ]);
    }
  });
});

describe('members', () => {
  beforeEach(() => furnish(desk));
  const add = (more: object) =>
    desk.ask('admin.member.add', { safe: 'Lab', member: 'alice', expiresAt: null, ...more });

  test.each(Object.keys(PRESETS) as (keyof typeof PRESETS)[])(
    'show the preset %s, also when it was given as permissions',
    async (preset) => {
      expect(await add({ preset })).toMatchObject({
        preset,
        permissions: having([...PRESETS[preset]]),
      });
      expect(await add({ permissions: [...PRESETS[preset]].toReversed() })).toMatchObject({ preset });
    },
  );

  test('may be groups, may expire, are replaced and removed', async () => {
    expect(
      await add({ member: 'vault admins', permissions: ['listAccounts'], expiresAt: 4_102_444_800_000 }),
    ).toEqual({
      safe: 'Lab',
      member: 'Vault Admins',
      kind: 'group',
      permissions: ['listAccounts'],
      preset: null,
      expiresAt: 4_102_444_800_000,
    });
    await add({ preset: 'ReadOnly' });
    expect(
      (await desk.ask('admin.member.list', { safe: 'lab' })).map(
        (one) => `${one.member} ${one.preset ?? one.permissions.join()}`,
      ),
    ).toEqual([
      'alice ReadOnly',
      'Auditors listAccounts,viewAuditLog,viewSafeMembers',
      'Vault Admins listAccounts',
    ]);
    await desk.ask('admin.member.remove', { safe: 'Lab', member: 'Alice' });
    expect(await desk.refused('admin.member.remove', { safe: 'Lab', member: 'alice' })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each([
    ['neither preset nor permissions', {}, 'BAD_INPUT'],
    ['both', { preset: 'Full', permissions: ['listAccounts'] }, 'BAD_INPUT'],
    ['no permission', { permissions: [] }, 'BAD_INPUT'],
    [
      'both levels of confirmation',
      { permissions: ['requestsAuthorizationLevel1', 'requestsAuthorizationLevel2'] },
      'BAD_INPUT',
    ],
    ['an unknown permission', { permissions: ['everything'] }, 'BAD_INPUT'],
    ['somebody who does not exist', { member: 'nobody', preset: 'Full' }, 'NOT_FOUND'],
    ['a safe that does not exist', { safe: 'Nowhere', preset: 'Full' }, 'NOT_FOUND'],
  ])('are refused with %s', async (_what, more, code) => {
    expect(
      await desk.refused('admin.member.add', {
        safe: 'Lab',
        member: 'alice',
        expiresAt: null,
        ...more,
      } as never),
    ).toMatchObject({ code });
  });

  test('are Auditors, always', async () => {
    expect(await desk.refused('admin.member.remove', { safe: 'Lab', member: 'auditors' })).toMatchObject({
      code: 'DENIED',
    });
    expect(await desk.refused('admin.group.delete', { name: 'Auditors' })).toMatchObject({ code: 'DENIED' });
  });
});

describe('accounts', () => {
  const account = {
    safe: 'Lab',
    platform: 'UnixSSH',
    address: 'web1.test',
    port: null,
    user: 'root',
    secretKind: 'password',
    hostKey: null,
  } as const;

  test('are found by id, by name and by safe and name; what is not the only one is told apart', async () => {
    const id = await furnish(desk);
    for (const name of [id, 'root@web1.test', 'ROOT@WEB1.test', 'Lab:root@web1.test'])
      expect(await desk.ask('admin.account.show', { account: name })).toMatchObject({ id });
    await desk.ask('admin.safe.add', { name: 'Other' });
    await desk.ask('admin.account.add', { ...account, safe: 'Other' }, password('x'));
    expect(await desk.refused('admin.account.show', { account: 'root@web1.test' })).toMatchObject({
      code: 'BAD_INPUT',
      message: containing(id),
    });
    expect(await desk.ask('admin.account.show', { account: 'Other:root@web1.test' })).toMatchObject({
      safe: 'Other',
    });
    expect(await desk.refused('admin.account.show', { account: 'x@y' })).toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each([
    ['that exists', {}, 'x', 'ALREADY_EXISTS'],
    ["in one of the vault's own safes", { safe: 'PSM' }, 'x', 'DENIED'],
    ['in no safe', { safe: 'Nowhere' }, 'x', 'NOT_FOUND'],
    ['with a user that ssh would take for an option', { user: '-oProxyCommand=x' }, 'x', 'BAD_INPUT'],
    ['with an address that is none', { address: 'a b' }, 'x', 'BAD_INPUT'],
    ['with a port that is none', { port: 0 }, 'x', 'BAD_INPUT'],
    ['with a host key that is none', { hostKey: { type: 'ssh-rsa', base64: KEY.base64 } }, 'x', 'BAD_INPUT'],
    ['without a secret', {}, '', 'BAD_INPUT'],
    ['with a password of two lines', {}, 'a\nb', 'BAD_INPUT'],
    ['with a key that is none', { secretKind: 'key' }, 'not a key', 'BAD_INPUT'],
    ['of a platform of later', { platform: 'MySQL' }, 'x', 'PLATFORM_UNKNOWN'],
  ])('are refused: %s', async (_what, more, secret, code) => {
    await furnish(desk);
    expect(
      await desk.refused('admin.account.add', { ...account, ...more } as never, password(secret)),
    ).toMatchObject({ code });
    expect(await desk.ask('admin.account.list', {})).toHaveLength(1);
  });

  test('keep their kind of secret unless a new one comes', async () => {
    const id = await furnish(desk);
    expect(await desk.refused('admin.account.update', { account: id, secretKind: 'key' })).toMatchObject({
      code: 'BAD_INPUT',
    });
    expect(await desk.ask('admin.account.update', { account: id, disabledWhy: 'moving' })).toMatchObject({
      disabledWhy: 'moving',
      secretKind: 'password',
    });
    await desk.ask('admin.account.delete', { account: id });
    expect(await desk.ask('admin.account.list', {})).toEqual([]);
  });
});

describe('a key as a secret', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' });
  const locked = pair.privateKey.export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'p',
  });
  const openssh = (cipher: string): string => {
    const body = Buffer.concat([
      Buffer.from('openssh-key-v1\0'),
      Buffer.from([0, 0, 0, cipher.length]),
      Buffer.from(cipher),
      Buffer.alloc(40),
    ]);
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  };
  test.each<[string, string, string, string | null]>([
    ['PEM', pem, '', null],
    ['PEM with its passphrase', locked, 'p', null],
    [
      'PEM with a wrong passphrase',
      locked,
      'q',
      'the private key does not open: is it whole, and is the passphrase right?',
    ],
    [
      'PEM without its passphrase',
      locked,
      '',
      'the private key does not open: is it whole, and is the passphrase right?',
    ],
    [
      'PEM cut short',
      pem.replace(/\n.{20}/, '\n'),
      '',
      'the private key does not open: is it whole, and is the passphrase right?',
    ],
    ['OpenSSH', openssh('none'), '', null],
    ['OpenSSH with Windows lines', openssh('none').replaceAll('\n', '\r\n'), '', null],
    ['OpenSSH with a passphrase', openssh('aes256-ctr'), 'p', null],
    ['OpenSSH without its passphrase', openssh('aes256-ctr'), '', 'the private key needs its passphrase'],
    ['a public key', 'ssh-ed25519 AAAA', '', 'that is not an SSH private key (OpenSSH or PEM)'],
    ['nothing', '', '', 'that is not an SSH private key (OpenSSH or PEM)'],
  ])('%s', (_what, key, passphrase, problem) => {
    expect(secretProblem('key', encodeSecretPayload(Buffer.from(key), Buffer.from(passphrase)))).toBe(
      problem,
    );
  });
});

describe('the doctor', () => {
  const checks = async () =>
    new Map((await desk.ask('admin.doctor', {})).map((check) => [check.part, check.state]));

  test('finds nothing wrong but the processes that are missing', async () => {
    const wrong = async () => [...(await checks())].filter(([, state]) => state !== 'ok');
    const missing = [
      ['portal', 'failure'],
      ['session hosts', 'failure'],
      ['recorder', 'failure'],
      ['monitor', 'warning'],
    ];
    expect(await wrong()).toEqual(missing);
    await portal(running);
    await sessionHost(running, 0);
    await component(running, ['PSMApp']);
    await component(running, ['PSMAdminConnect']);
    expect(await wrong()).toEqual([['session hosts', 'warning']]);
    await sessionHost(running, 1);
    expect(await wrong()).toEqual([]);
  });

  test('finds a master key that others can read, one that is gone, and a clock that went back', async () => {
    const path = join(running.folder, 'master.key');
    // by the name that it has for who reads it, not by its place in the run directory
    const said = (await desk.ask('admin.doctor', {})).find(({ part }) => part === 'master key');
    expect(said?.detail).toBe('/etc/postern/master.key, mode 600');
    chmodSync(path, 0o644);
    expect((await checks()).get('master key')).toBe('failure');
    rmSync(path);
    expect((await checks()).get('master key')).toBe('failure');
    running.advance(-60_000);
    expect((await checks()).get('clock')).toBe('failure');
  });
});
