/** What people may do with their permissions, as a table: permission × operation, over the portal's own socket. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CALLS, type CallArgs, type CallName } from '#/contract/calls.js';
import { PERMISSIONS, type Permission, VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { type Need, PERSON_RIGHTS, type PersonCall } from '#/vault/person-rights.js';
import { type Client, client, KEY, logIn, password, portal, type Running, startVault } from './in-process.ts';

type OfRight = {
  [K in PersonCall]: (typeof PERSON_RIGHTS)[K] extends { readonly on: 'own' } ? never : K;
}[PersonCall];
interface Place {
  readonly safe: string;
  readonly accountId: string;
  /** Only who asks is in it. */
  readonly group: string;
}
/** How each call is made so that only rights keep it back; one that is missing here does not compile. */
const ARGS: { readonly [K in OfRight]: (place: Place) => Omit<CallArgs<K>, 'ticket'> } = {
  'person.favourite': ({ accountId }) => ({ accountId, on: true }),
  'person.policy': ({ accountId }) => ({ accountId }),
  'person.explain': ({ accountId }) => ({ accountId, user: 'of person.explain' }),
  'person.connect': ({ accountId }) => ({ accountId, columns: 80, rows: 24, term: 'xterm' }),
  'person.approveHostKey': ({ accountId }) => ({ accountId, seen: KEY }),
  'person.account.retrieve': ({ accountId }) => ({ accountId, reason: 'a test', purpose: 'shown' }),
  'person.account.add': ({ safe }) => ({
    safe,
    platform: 'UnixSSH',
    user: 'new',
    address: 'not a name',
    port: null,
    secretKind: 'password',
  }),
  'person.account.setSecret': ({ accountId }) => ({ accountId, secretKind: 'password' }),
  'person.account.setProperties': ({ accountId }) => ({ accountId, disabledWhy: null }),
  'person.account.rename': ({ accountId }) => ({ accountId, user: 'root' }),
  'person.account.delete': ({ accountId }) => ({ accountId }),
  'person.safe.rename': ({ safe }) => ({ safe, name: safe }),
  'person.safe.delete': ({ safe }) => ({ safe }),
  'person.safe.audit': ({ safe }) => ({ safe }),
  'person.members': ({ safe }) => ({ safe }),
  'person.member.put': ({ safe }) => ({
    safe,
    member: 'plain',
    permissions: ['manageSafeMembers'],
    expiresAt: null,
  }),
  'person.member.remove': ({ safe }) => ({ safe, member: 'plain' }),
  'person.safe.add': () => ({ name: 'a/b' }),
  'person.audit': () => ({}),
  'person.users': () => ({}),
  'person.directories': () => ({}),
  'person.directory.map.add': () => ({
    ...{ name: 'corp', position: null },
    map: { rule: { kind: 'everybody' }, groups: [], rights: [], location: null },
  }),
  'person.directory.map.remove': () => ({ name: 'corp', position: 1 }),
  'person.directory.map.move': () => ({ name: 'corp', from: 1, to: 1 }),
  'person.directory.test': () => ({ name: 'corp', user: null }),
  'person.groups': () => ({}),
  'person.group.add': () => ({ name: 'a/b' }),
  'person.group.set': ({ group }) => ({ name: group, secondFactor: 'optional' }),
  'person.group.member': ({ group }) => ({ group, user: 'plain', present: false }),
  'person.group.delete': ({ group }) => ({ name: group }),
  'person.user.add': () => ({ name: 'x', groups: [], rights: [], expiresAt: null, logonHours: null }),
  'person.user.set': () => ({ name: 'plain' }),
  'person.user.resetPassword': () => ({ name: 'plain' }),
  'person.user.activate': () => ({ name: 'plain' }),
  'person.user.secondFactor.reset': () => ({ name: 'plain' }),
  'person.user.key.add': () => ({ name: 'plain', key: 'none' }),
  'person.user.key.remove': () => ({ name: 'plain', fingerprint: plainKey }),
};
const DENIED = ['DENIED', 'NOT_FOUND', 'ACCESS_DENIED'];
const needs = Object.entries(PERSON_RIGHTS) as [PersonCall, Need][];
const onSafes = needs.filter(([, need]) => need.on === 'safe' || need.on === 'account');
const onVault = needs.filter(([, need]) => need.on === 'vault');

let running: Running;
let desk: Client;
let door: Client;
let made = 0;
/** The fingerprint of a key of plain's. */
let plainKey = '';

beforeAll(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  await user('plain');
  const key = `${KEY.type} ${KEY.base64}`;
  plainKey = (await desk.ask('admin.user.key.add', { name: 'plain', key })).fingerprint;
  await desk.ask(
    'admin.directory.add',
    {
      ...{ name: 'corp', bindDn: 'cn=x', preset: false },
      settings: {
        ...{ kind: 'openldap', servers: [{ host: '127.0.0.1', port: 9 }], plain: false, ca: null },
        ...{ base: 'dc=x', userClass: 'person', userAttributes: ['uid'], keyAttribute: null },
        ...{ groupBase: null, nested: 'off', timeout: 200 },
      },
    },
    Buffer.from('bind'),
  );
  for (let n = 0; n < 20; n += 1)
    await desk.ask('admin.directory.map.add', {
      ...{ name: 'corp', position: 1 },
      map: { rule: { kind: 'everybody' }, groups: [], rights: [], location: null },
    });
  await desk.ask('admin.directory.map.remove', { name: 'corp', position: 21 });
});
afterAll(() => running.stop());

async function user(name: string, rights: readonly VaultRight[] = []): Promise<string> {
  await desk.ask(
    'admin.user.add',
    { name, groups: [], mustChange: false, rights: [...rights], expiresAt: null, logonHours: null },
    Buffer.from('pa55word'),
  );
  return await logIn(door, name, 'pa55word');
}

/** A safe of its own with an account in it, unless it is the safe itself that goes. */
async function place(member: string, permissions: readonly Permission[], call: PersonCall): Promise<Place> {
  made += 1;
  const safe = `Safe ${made}`;
  await desk.ask('admin.safe.add', { name: safe });
  if (permissions.length > 0)
    await desk.ask('admin.member.add', { safe, member, permissions: [...permissions], expiresAt: null });
  if (call === 'person.member.remove' && member !== 'plain')
    await desk.ask('admin.member.add', { safe, member: 'plain', preset: 'ConnectOnly', expiresAt: null });
  if (call === 'person.safe.delete') return { safe, accountId: 'none', group: '' };
  const { id } = await desk.ask(
    'admin.account.add',
    {
      safe,
      platform: 'UnixSSH',
      address: 'web1.test',
      port: null,
      user: 'root',
      secretKind: 'password',
      hostKey: null,
    },
    password('s3cret'),
  );
  return { safe, accountId: id, group: '' };
}

async function codeOf(ticket: string, call: PersonCall, where: Place): Promise<string> {
  const args = ARGS[call as OfRight](where);
  const outcome = await door.peer.call(call, { ...args, ticket }, password('a secret'));
  return outcome.ok ? 'done' : outcome.failure.code;
}

test('every call that is made for a person has a row, and no other call has', () => {
  const calls = (Object.keys(CALLS) as CallName[]).filter((call) => call.startsWith('person.'));
  expect(Object.keys(PERSON_RIGHTS).toSorted()).toEqual(calls.toSorted());
  for (const call of calls) expect(CALLS[call].callers).toEqual(['PVWAGW']);
});

describe('permissions on a safe', () => {
  test.each(onSafes.map(([call, need]) => [call, need] as const))('%s', async (call, need) => {
    const all = 'all' in need ? need.all : [];
    expect(all.length).toBeGreaterThan(0);
    const name = `of ${call}`;
    const ticket = await user(name);
    for (const permission of PERMISSIONS) {
      const alone = await codeOf(ticket, call, await place(name, [permission], call));
      const enough = all.every((one) => one === permission);
      expect(DENIED.includes(alone), `${permission} alone: ${alone}`).toBe(!enough);
      const rest = PERMISSIONS.filter((one) => one !== permission && one !== 'requestsAuthorizationLevel2');
      const without = await codeOf(ticket, call, await place(name, rest, call));
      expect(DENIED.includes(without), `all but ${permission}: ${without}`).toBe(all.includes(permission));
    }
    const just = await codeOf(ticket, call, await place(name, all, call));
    expect(DENIED, `with ${all.join(' and ')}`).not.toContain(just);
    const stranger = await codeOf(ticket, call, await place(name, [], call));
    expect(stranger).toBe(call === 'person.connect' ? 'ACCESS_DENIED' : 'NOT_FOUND');
  });
});

describe('rights on the vault', () => {
  test.each(onVault.map(([call, need]) => [call, need] as const))('%s', async (call, need) => {
    const any = 'any' in need ? need.any : [];
    for (const right of VAULT_RIGHTS) {
      const name = `${right} ${call}`;
      const ticket = await user(name, [right]);
      const group = `of ${name}`;
      await desk.ask('admin.group.add', { name: group });
      await desk.ask('admin.group.member', { group, user: name, present: true });
      const code = await codeOf(ticket, call, { safe: '', accountId: '', group });
      expect(DENIED.includes(code), `${right}: ${code}`).toBe(!any.includes(right));
    }
    const nobody = await user(`nobody ${call}`);
    expect(await codeOf(nobody, call, { safe: '', accountId: '', group: '' })).toBe('DENIED');
  });
});

test('lists have nothing for who holds nothing, and say so for what is held', async () => {
  const ticket = await user('outsider');
  for (const call of ['person.accounts', 'person.recordings', 'person.sessions', 'person.safes'] as const)
    expect(await door.ask(call, { ticket }), call).toEqual([]);
  const { safe } = await place('outsider', ['listAccounts', 'viewAuditLog'], 'person.accounts');
  expect(await door.ask('person.accounts', { ticket })).toMatchObject([{ safe, usable: false }]);
  expect(await door.ask('person.safes', { ticket })).toEqual([
    { name: safe, builtIn: false, permissions: ['listAccounts', 'viewAuditLog'], expiresAt: null },
  ]);
});

test('a refusal is audited with the person, the gateway, and both addresses', async () => {
  const ticket = await user('curious');
  const { accountId, safe } = await place('curious', ['listAccounts'], 'person.account.retrieve');
  const asked = { ticket, accountId, reason: 'x', purpose: 'shown' } as const;
  expect((await door.refused('person.account.retrieve', asked)).message).toBe(
    `Not permitted: retrieveAccounts on safe ${safe} is missing.`,
  );
  const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
  expect(row).toMatchObject({
    code: 922,
    outcome: 'failure',
    actor: 'curious',
    gateway: 'PVWAGW',
    from: '192.0.2.7',
    bastion: 'bastion.test',
    safe,
    account: 'root@web1.test',
    detail: `account.retrieve: retrieveAccounts on safe ${safe} is missing`,
  });
});

test('a login that must change its password first may do nothing else', async () => {
  await desk.ask(
    'admin.user.add',
    {
      name: 'fresh',
      groups: [],
      mustChange: true,
      rights: [...VAULT_RIGHTS],
      expiresAt: null,
      logonHours: null,
    },
    Buffer.from('pa55word'),
  );
  const ticket = await logIn(door, 'fresh', 'pa55word');
  for (const call of Object.keys(ARGS) as OfRight[])
    expect(await codeOf(ticket, call, { safe: '', accountId: '', group: '' }), call).toBe(
      'PASSWORD_MUST_CHANGE',
    );
});
