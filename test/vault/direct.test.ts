/** Logging in by an ssh user name that says more than who it is, and where that leads. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { containing } from '../helpers/loosely.ts';
import {
  type Client,
  client,
  furnish,
  portal,
  type Running,
  password as secret,
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

const add = (name: string, more: { readonly mustChange?: boolean } = {}) =>
  desk.ask(
    'admin.user.add',
    { name, groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null, ...more },
    Buffer.from('pa55word'),
  );
const attempt = (user: string, readings: readonly string[], password = 'pa55word') =>
  door.peer.call(
    'person.login',
    { user, readings: [...readings], from: '192.0.2.7', via: 'ssh' },
    Buffer.from(password),
  );
const who = async (readings: readonly string[]) => {
  const answer = await attempt(readings[0] ?? '', readings);
  if (!answer.ok) return answer.failure.code;
  const { person, reading } = answer.value.value as { person: { user: string }; reading: number };
  return `${reading} ${person.user}`;
};
const lastRow = async () =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true }))[0];

describe('who an ssh user name means', () => {
  test('the first reading of which there is a user, whatever the case', async () => {
    await add('alice');
    await add('alice@corp.example');
    expect(await who(['alice@root@web1', 'alice@root', 'alice'])).toBe('2 alice');
    expect(await who(['ALICE@Corp.Example@root', 'ALICE@Corp.Example', 'ALICE'])).toBe(
      '1 alice@corp.example',
    );
    expect(await who(['alice'])).toBe('0 alice');
    expect(await who(['bob@root@web1', 'bob@root', 'bob'])).toBe('LOGIN_REFUSED');
  });

  test('one that exists is not passed over for a shorter one, though its password is wrong', async () => {
    await add('alice');
    await add('alice@corp.example');
    await desk.ask('admin.user.set', { name: 'alice@corp.example', disabled: true });
    expect(await who(['alice@corp.example@root', 'alice@corp.example', 'alice'])).toBe('LOGIN_REFUSED');
    expect((await lastRow())?.actor).toBe('alice@corp.example');
  });

  test('tries count for the user, whatever target they name', async () => {
    await add('alice');
    for (const target of ['a', 'b', 'c', 'd', 'e'])
      await attempt(`alice@root@${target}`, [`alice@root@${target}`, `alice@root`, 'alice'], 'wrong');
    const answer = await attempt('alice@root@f', ['alice@root@f', 'alice@root', 'alice']);
    expect(answer.ok ? 'in' : answer.failure.code).toBe('LOGIN_THROTTLED');
  });

  test('a refusal is the same for everybody', async () => {
    await add('alice');
    const [one, two] = [
      await attempt('alice@root@web1', ['alice@root@web1', 'alice'], 'wrong'),
      await attempt('nobody@root@web1', ['nobody@root@web1', 'nobody'], 'wrong'),
    ];
    expect(one).toEqual(two);
  });

  test('too many readings are none', async () => {
    const answer = await attempt(
      'x',
      Array.from({ length: 33 }, (_, place) => `x${place}`),
    );
    expect(answer.ok ? 'in' : answer.failure.code).toBe('BAD_INPUT');
  });
});

/** The blob of a public key (RFC 8709) that is nobody's. */
function ed25519(n: number): string {
  const name = Buffer.from('ssh-ed25519');
  const length = (bytes: number): Buffer => Buffer.from([0, 0, 0, bytes]);
  return Buffer.concat([length(name.length), name, length(32), Buffer.alloc(32, n)]).toString('base64');
}

describe('where it leads', () => {
  const target = { kind: 'account' as const, users: ['ROOT'], address: 'WEB1.example', port: null };
  const ticketOf = async (user: string, password: string): Promise<string> =>
    (await door.ask('person.login', { user, from: '192.0.2.7', via: 'ssh' }, Buffer.from(password))).ticket;

  test('to the account, for whoever may list it; for others there is no such thing', async () => {
    const accountId = await furnish(desk);
    const [row] = await desk.ask('admin.account.list', {});
    const named = { ...target, users: [row?.user.toUpperCase() ?? ''], address: row?.address ?? '' };
    const alice = await ticketOf('alice', 'alice and a password');
    expect(await door.ask('person.destination', { ticket: alice, target: named })).toMatchObject({
      kind: 'account',
      account: { id: accountId, usable: true },
    });
    await add('mallory');
    const mallory = await ticketOf('mallory', 'pa55word');
    for (const one of [named, { kind: 'part' as const, text: accountId, port: null }])
      expect(await door.ask('person.destination', { ticket: mallory, target: one })).toEqual({
        kind: 'none',
        accounts: [],
        more: 0,
      });
  });

  test.each([
    ['WEB1.Test', 'web1.test'],
    ['FE80::1', 'fe80::1'],
    ['fe80::1', '[FE80::1]'],
    ['[fe80::1]', 'FE80::1'],
    ['Straße.example', 'STRASSE.example'],
    ['Ärger.example', 'äRGER.EXAMPLE'],
  ])('an account at %s, named as %s', async (address, typed) => {
    const first = await furnish(desk);
    await desk.ask('admin.account.update', { account: first, address });
    const ticket = await ticketOf('alice', 'alice and a password');
    const named = { ...target, address: typed };
    const found = await door.ask('person.destination', { ticket, target: named });
    if (typed.toLowerCase().replace(/[[\]]/g, '') === address.toLowerCase().replace(/[[\]]/g, ''))
      expect(found).toMatchObject({ kind: 'account', account: { id: first, address } });
    else expect(found).toMatchObject({ kind: 'none' });
  });

  test('of many at one address to the one that is named, each with its own pinned key', async () => {
    await furnish(desk);
    const [row] = await desk.ask('admin.account.list', {});
    const prints = new Set<string | null>();
    for (let port = 2000; port < 2030; port += 1) {
      const hostKey = { type: 'ssh-ed25519', base64: ed25519(port) };
      await desk.ask(
        'admin.account.add',
        {
          ...{ safe: 'Lab', platform: 'UnixSSH', address: 'many.test', user: 'root', port },
          secretKind: 'password',
          hostKey,
        },
        secret('s3cret'),
      );
    }
    const ticket = await ticketOf('alice', 'alice and a password');
    for (const port of [2000, 2015, 2029]) {
      const found = await door.ask('person.destination', {
        ticket,
        target: { ...target, address: 'MANY.test', port },
      });
      expect(found).toMatchObject({ kind: 'account', account: { port } });
      if (found.kind === 'account') prints.add(found.account.hostKeyFingerprint);
    }
    expect(prints.size).toBe(3);
    expect(
      await door.ask('person.destination', {
        ticket,
        target: { ...target, address: 'many.test', port: null },
      }),
    ).toMatchObject({
      kind: 'ambiguous',
    });
    // few are read one by one
    const one = await door.ask('person.destination', {
      ticket,
      target: { ...target, address: row?.address ?? '' },
    });
    expect(one).toMatchObject({
      kind: 'account',
      account: { hostKeyFingerprint: containing('SHA256:') },
    });
  });

  test('nowhere before the login is done', async () => {
    await add('dave', { mustChange: true });
    const ticket = await ticketOf('dave', 'pa55word');
    const answer = await door.peer.call('person.destination', { ticket, target });
    expect(answer.ok ? 'found' : answer.failure.code).toBe('PASSWORD_MUST_CHANGE');
    const stranger = await door.peer.call('person.destination', { ticket: 'none', target });
    expect(stranger.ok ? 'found' : stranger.failure.code).toBe('NOT_LOGGED_IN');
  });
});
