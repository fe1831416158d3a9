/** `postern --as NAME`: permission × operation through the commands' own link, a real desk and a real vault. */
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AdminLink } from '#/cli/admin-link.js';
import { asPerson } from '#/cli/as-person.js';
import { ask } from '#/contract/ask.js';
import { CALLS, type CallArgs, type CallName } from '#/contract/calls.js';
import { isDeskCall } from '#/contract/desk-link.js';
import { RpcPeer } from '#/contract/rpc.js';
import { PERMISSIONS, type Permission, VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { OPENSSH_LIMITS } from '#/door/limits.js';
import { type Desk, openDesk } from '#/processes/portal/serve-desk.js';
import {
  type Client,
  client,
  hostKey,
  password,
  portal,
  type Running,
  startVault,
} from '../vault/in-process.ts';

let running: Running;
let root: Client;
let desk: Desk;
let server: Server;
let made = 0;
/** The fingerprint of a key of plain's. */
let plainKey = '';
const keyLine = (fill: number) => `${hostKey(fill).type} ${hostKey(fill).base64}`;
const peers: RpcPeer[] = [];
const PASSWORD = 'pa55word';
const DENIED = ['DENIED', 'NOT_FOUND'];

beforeAll(async () => {
  running = await startVault();
  root = client(running, 'admin');
  const { peer } = await portal(running);
  desk = openDesk({
    vault: { ask: (name, args, blob) => ask(peer, name, args, blob) },
    monitor: join(running.folder, 'no monitor here'),
    limits: OPENSSH_LIMITS,
    chance: { now: () => performance.now() / 1000, random: Math.random },
  });
  server = createServer((socket) => desk.accept(socket));
  await new Promise<void>((resolve) => server.listen(join(running.folder, 'desk.sock'), resolve));
  await user('plain');
  plainKey = (await root.ask('admin.user.key.add', { name: 'plain', key: keyLine(2) })).fingerprint;
});
afterAll(async () => {
  for (const peer of peers) peer.close('over');
  desk.close();
  server.close();
  await running.stop();
});

function open(): RpcPeer {
  const peer = new RpcPeer(connect(join(running.folder, 'desk.sock')));
  peers.push(peer);
  return peer;
}

/** A user with these rights, at the desk. */
async function user(name: string, rights: readonly VaultRight[] = []): Promise<AdminLink> {
  await root.ask(
    'admin.user.add',
    { name, groups: [], mustChange: false, rights: [...rights], expiresAt: null, logonHours: null },
    Buffer.from(PASSWORD),
  );
  const peer = open();
  expect(await peer.call('person.login', { user: name }, Buffer.from(PASSWORD))).toMatchObject({
    value: { value: { user: name, next: 'nothing' } },
  });
  return asPerson('', peer);
}

interface Place {
  readonly safe: string;
  readonly id: string;
}
interface Operation<K extends CallName = CallName> {
  readonly call: K;
  readonly args: (place: Place) => CallArgs<K>;
  readonly needs: readonly Permission[];
  readonly blob?: () => Buffer;
}
const on = <K extends CallName>(
  call: K,
  needs: readonly Permission[],
  args: (place: Place) => CallArgs<K>,
  blob?: () => Buffer,
) => ({ call, args, needs, ...(blob === undefined ? {} : { blob }) }) as unknown as Operation;

/** What the commands ask, and what it takes; the names are those that the commands use. */
const ON_SAFES: readonly (readonly [string, Operation])[] = [
  ['safe rename', on('admin.safe.rename', ['manageSafe'], ({ safe }) => ({ safe, name: `${safe} renamed` }))],
  ['safe delete', on('admin.safe.delete', ['manageSafe'], ({ safe }) => ({ safe }))],
  ['safe member list', on('admin.member.list', ['viewSafeMembers'], ({ safe }) => ({ safe }))],
  [
    'safe member add',
    on('admin.member.add', ['manageSafeMembers'], ({ safe }) => ({
      ...{ safe, member: 'plain', permissions: ['manageSafeMembers'], expiresAt: null },
    })),
  ],
  [
    'safe member remove',
    on('admin.member.remove', ['manageSafeMembers'], ({ safe }) => ({ safe, member: 'plain' })),
  ],
  [
    'account add',
    on(
      'admin.account.add',
      ['addAccounts'],
      ({ safe }) => ({
        ...{ safe, platform: 'UnixSSH', address: 'web2.test', port: null, user: 'root' },
        ...{ secretKind: 'password', hostKey: null },
      }),
      () => password('s3cret'),
    ),
  ],
  [
    'account update --user',
    on('admin.account.update', ['renameAccounts'], ({ id }) => ({ account: id, user: 'admin' })),
  ],
  [
    'account update --disable',
    on('admin.account.update', ['updateAccountProperties'], ({ id }) => ({ account: id, disabledWhy: 'x' })),
  ],
  [
    'account update --password-stdin',
    on(
      'admin.account.update',
      ['updateAccountContent'],
      ({ id }) => ({ account: id, secretKind: 'password' }),
      () => password('another'),
    ),
  ],
  [
    'account retrieve',
    on('admin.account.retrieve', ['retrieveAccounts', 'listAccounts'], ({ id }) => ({
      ...{ account: id, reason: 'a test' },
    })),
  ],
  [
    'account show: its policy',
    on('admin.policy.show', ['listAccounts'], ({ id }) => ({ level: 'account', of: id })),
  ],
  ['account show', on('admin.account.show', ['listAccounts'], ({ id }) => ({ account: id }))],
  ['explain', on('admin.explain', ['listAccounts'], ({ id }) => ({ user: 'of explain', account: id }))],
  ['account delete', on('admin.account.delete', ['deleteAccounts'], ({ id }) => ({ account: id }))],
];

async function place(member: string, permissions: readonly Permission[], what: string): Promise<Place> {
  made += 1;
  const safe = `Safe ${made}`;
  await root.ask('admin.safe.add', { name: safe });
  if (permissions.length > 0)
    await root.ask('admin.member.add', { safe, member, permissions: [...permissions], expiresAt: null });
  if (what === 'safe member remove')
    await root.ask('admin.member.add', { safe, member: 'plain', preset: 'ConnectOnly', expiresAt: null });
  if (what === 'safe delete') return { safe, id: 'none' };
  const { id } = await root.ask(
    'admin.account.add',
    {
      ...{ safe, platform: 'UnixSSH', address: 'web1.test', port: null, user: 'root' },
      ...{ secretKind: 'password', hostKey: null },
    },
    password('s3cret'),
  );
  return { safe, id };
}

describe('permissions on a safe', () => {
  test.each(ON_SAFES)('%s', async (what, { call, args, needs, blob }) => {
    const name = `of ${what}`;
    const link = await user(name);
    const code = async (permissions: readonly Permission[]): Promise<string> => {
      const outcome = await link.ask(call, args(await place(name, permissions, what)), blob?.());
      return outcome.ok ? 'done' : outcome.failure.code;
    };
    // more permissions never allow less, so these are all the cells of the row
    const rest = PERMISSIONS.filter((one) => one !== 'requestsAuthorizationLevel2');
    for (const missing of needs)
      expect(DENIED, `all but ${missing}`).toContain(await code(rest.filter((one) => one !== missing)));
    expect(DENIED, 'everything else').toContain(await code(rest.filter((one) => !needs.includes(one))));
    expect(await code(needs)).toBe('done');
    expect(DENIED).toContain(await code([]));
  });
});

describe('rights on the vault', () => {
  const list = { after: 0, limit: 10, newestFirst: true };
  const ON_VAULT: readonly (readonly [string, readonly VaultRight[], Operation])[] = [
    ['safe add', ['addSafes'], on('admin.safe.add', [], () => ({ name: `Safe ${(made += 1)}` }))],
    ['audit list', ['auditUsers'], on('admin.audit.list', [], () => list)],
    [
      'user list',
      ['addUpdateUsers', 'auditUsers', 'resetUsersPasswords', 'activateUsers'],
      on('admin.user.list', [], () => ({})),
    ],
    ['user disable', ['addUpdateUsers'], on('admin.user.set', [], () => ({ name: 'plain', disabled: true }))],
    ['user enable', ['activateUsers'], on('admin.user.set', [], () => ({ name: 'plain', disabled: false }))],
    [
      'user passwd',
      ['resetUsersPasswords'],
      on(
        'admin.user.passwd',
        [],
        () => ({ name: 'plain', mustChange: true }),
        () => Buffer.from('a long enough pass phrase'),
      ),
    ],
    ['directory list', ['manageDirectoryMapping'], on('admin.directory.list', [], () => ({}))],
    ['group list', ['addUpdateUsers', 'auditUsers'], on('admin.group.list', [], () => ({}))],
    [
      'user second-factor reset',
      ['activateUsers'],
      on('admin.user.secondFactor.reset', [], () => ({ name: 'plain' })),
    ],
    [
      'user key add',
      ['resetUsersPasswords'],
      on('admin.user.key.add', [], () => ({ name: 'plain', key: keyLine(3) })),
    ],
    [
      'user key remove',
      ['resetUsersPasswords'],
      on('admin.user.key.remove', [], () => ({ name: 'plain', fingerprint: plainKey })),
    ],
    ['group add', ['addUpdateUsers'], on('admin.group.add', [], () => ({ name: `Group ${(made += 1)}` }))],
  ];
  test.each(ON_VAULT)('%s', async (what, needs, { call, args, blob }) => {
    for (const right of VAULT_RIGHTS) {
      const link = await user(`${right} ${what}`, [right]);
      const outcome = await link.ask(call, args({ safe: '', id: '' }), blob?.());
      expect(outcome.ok ? 'done' : outcome.failure.code, right).toBe(
        needs.includes(right) ? 'done' : 'DENIED',
      );
    }
    const nobody = await user(`nobody ${what}`);
    expect(await nobody.ask(call, args({ safe: '', id: '' }), blob?.())).toMatchObject({
      failure: { code: 'DENIED' },
    });
  });
});

test('sessions and recordings are those that he may see, and explained is what he may himself', async () => {
  const link = await user('seer');
  const { id } = await place('seer', ['listAccounts'], 'explain');
  const gone = { failure: { code: 'NOT_FOUND', message: expect.stringContaining('That session') as string } };
  const asked = { sessionId: 'ses_none', reason: 'x' };
  expect(await link.ask('admin.sessions.suspend', { ...asked, frozen: false })).toMatchObject(gone);
  expect(await link.ask('admin.sessions.resume', { sessionId: 'ses_none' })).toMatchObject(gone);
  expect(await link.ask('admin.sessions.message', { sessionId: 'ses_none', text: 'x' })).toMatchObject(gone);
  expect(await link.ask('admin.sessions.terminate', asked)).toMatchObject(gone);
  expect(await link.ask('admin.sessions.list', {})).toMatchObject({ value: [] });
  expect(await link.ask('admin.recordings.list', {})).toMatchObject({ value: [] });
  expect(await link.ask('admin.explain', { user: 'Seer', account: id })).toMatchObject({
    value: { account: 'root@web1.test', permit: false },
  });
  for (const [call, args] of [
    ['admin.explain', { user: 'plain', account: id }],
    ['admin.policy.show', { level: 'system', of: '' }],
  ] as const)
    expect(await link.ask(call, args)).toMatchObject({ failure: { code: 'DENIED' } });
});

describe('the desk', () => {
  test('answers nobody before a login, and nothing but what people manage after it', async () => {
    const stranger = open();
    for (const call of Object.keys(CALLS).filter((one) => one !== 'person.login')) {
      const outcome = await stranger.call(call, {});
      expect(outcome.ok ? call : outcome.failure.code, call).toMatch(
        isDeskCall(call) || call === 'person.secondFactor.verify' ? /^NOT_LOGGED_IN$/ : /^NOT_YOUR_ROLE$/,
      );
    }
    const link = await user('nobody special');
    // the console's own commands are not a person's
    for (const [call, args] of [
      ['admin.doctor', {}],
      ['admin.audit.verify', {}],
      ['admin.shadow.list', {}],
    ] as const)
      expect(await link.ask(call, args)).toMatchObject({ failure: { code: 'DENIED' } });
  });

  test('takes no ticket but its own', async () => {
    await user('looker', ['auditUsers']);
    const { ticket } = await (await portal(running)).ask(
      'person.login',
      { user: 'looker', from: '192.0.2.1', via: 'ssh' },
      Buffer.from(PASSWORD),
    );
    const peer = open();
    await peer.call('person.login', { user: 'nobody special' }, Buffer.from(PASSWORD));
    expect(await peer.call('person.users', { ticket })).toMatchObject({ failure: { code: 'DENIED' } });
  });

  test('ends at the sixth wrong password, and holds back only who comes from here', async () => {
    await user('victim');
    const peer = open();
    for (let n = 0; n < 6; n += 1)
      expect(await peer.call('person.login', { user: 'victim' }, Buffer.from('wrong'))).toMatchObject({
        failure: { code: n < 5 ? 'LOGIN_REFUSED' : 'LOGIN_THROTTLED' },
      });
    await expect.poll(() => peer.closed).not.toBeNull();
    const elsewhere = await portal(running);
    expect(
      await elsewhere.ask(
        'person.login',
        { user: 'victim', from: '192.0.2.1', via: 'ssh' },
        Buffer.from(PASSWORD),
      ),
    ).toMatchObject({ person: { user: 'victim' } });
  });

  test('lets nobody work who must change his password first; the audit says who came from where', async () => {
    await root.ask(
      'admin.user.add',
      { name: 'fresh', groups: [], mustChange: true, rights: [], expiresAt: null, logonHours: null },
      Buffer.from(PASSWORD),
    );
    const peer = open();
    expect(await peer.call('person.login', { user: 'fresh' }, Buffer.from(PASSWORD))).toMatchObject({
      failure: { code: 'PASSWORD_MUST_CHANGE' },
    });
    expect(await peer.call('person.accounts', {})).toMatchObject({ failure: { code: 'NOT_LOGGED_IN' } });
    const rows = await root.ask('admin.audit.list', { after: 0, limit: 5, newestFirst: true });
    expect(rows.find((row) => row.action === 'logon')).toMatchObject({
      actor: 'fresh',
      gateway: 'PVWAGW',
      from: 'desk',
    });
  });
});
