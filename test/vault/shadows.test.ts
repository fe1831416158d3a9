import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextUid, shadowName } from '#/vault/shadows.js';
import { containing } from '../helpers/loosely.ts';
import {
  type Client,
  client,
  furnish,
  logIn,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

describe('the name of a shadow identity', () => {
  test.each([
    ['alice', 'shadow-alice'],
    ['Jürgen Müller', 'shadow-ju-rgen-mu-ller'],
    ['alice@corp.example', 'shadow-alice-corp-example'],
    ['李雷', 'shadow-user'],
    ['a'.repeat(100), `shadow-${'a'.repeat(24)}`],
  ])('of %s is %s', (user, name) => expect(shadowName(user, new Set())).toBe(name));

  test('is a Unix user name of its own for everybody', () => {
    const taken = new Set<string>();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (user) => {
        const name = shadowName(user, taken);
        expect(name).toMatch(/^shadow-[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/);
        expect(name.length).toBeLessThanOrEqual(31);
        expect(taken.has(name)).toBe(false);
        taken.add(name);
      }),
    );
  });
});

test('a uid is never given twice, and the range is not left', () => {
  const shadow = (uid: number) => ({ uid }) as Parameters<typeof nextUid>[1][number];
  expect(nextUid({ first: 10, count: 3 }, [])).toBe(10);
  expect(nextUid({ first: 10, count: 3 }, [shadow(10), shadow(5), shadow(99)])).toBe(11);
  expect(nextUid({ first: 10, count: 3 }, [shadow(12)])).toBeNull();
});

describe('over the sockets', () => {
  let running: Running;
  let desk: Client;
  let door: Client;
  let host: Client;
  beforeEach(async () => {
    running = await startVault({ settings: { shadowUids: { first: 600_000, count: 2 } } });
    desk = client(running, 'admin');
    door = await portal(running);
    host = await sessionHost(running);
  });
  afterEach(() => running.stop());

  async function session(accountId: string, ticket: string): Promise<string> {
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    await host.ask('session.landed', { permit, sessionId });
    await host.ask('session.redeem', { permit, sessionId });
    return sessionId;
  }
  const shadow = (sessionId: string) =>
    ({ sessionId, term: 'xterm', lang: 'C.UTF-8', program: 'ssh' }) as const;
  const end = (sessionId: string) =>
    host.ask('session.ended', { sessionId, ending: { kind: 'owner-ended' } });

  test('twenty first connections at once make one identity', async () => {
    const accountId = await furnish(desk);
    const ticket = await logIn(door, 'alice', 'alice and a password');
    const ids = await Promise.all(Array.from({ length: 20 }, () => session(accountId, ticket)));
    const made = await Promise.all(ids.map((id) => host.ask('session.shadow', shadow(id))));
    expect(new Set(made.map((one) => `${one.name} ${one.uid}`))).toEqual(new Set(['shadow-alice 600000']));
    expect(await desk.ask('admin.shadow.list', {})).toMatchObject([
      { user: 'alice', name: 'shadow-alice', uid: 600_000, state: 'active', profileVersion: 1 },
    ]);
  });

  test('everybody has one of his own, until the range is used up', async () => {
    const ids = [];
    for (const user of ['alice', 'bob', 'carol']) {
      const accountId = await furnish(desk, { user, safe: `Safe of ${user}`, hostKey: null });
      ids.push(await session(accountId, await logIn(door, user, `${user} and a password`)));
    }
    const [one = '', two = '', three = ''] = ids;
    expect(await host.ask('session.shadow', shadow(one))).toMatchObject({ uid: 600_000 });
    expect(await host.ask('session.shadow', shadow(two))).toMatchObject({ uid: 600_001, name: 'shadow-bob' });
    expect(await host.refused('session.shadow', shadow(three))).toMatchObject({
      code: 'SHADOW_UNAVAILABLE',
      stage: 5,
    });
  });

  test('a reset or deleted identity keeps its uid and comes back with a higher profile version', async () => {
    const accountId = await furnish(desk);
    const ticket = await logIn(door, 'alice', 'alice and a password');
    const first = await session(accountId, ticket);
    await host.ask('session.shadow', shadow(first));
    expect(await desk.refused('admin.shadow.reset', { user: 'alice' })).toMatchObject({
      code: 'BAD_INPUT',
      message: containing('1 running session'),
    });
    await end(first);
    expect(await desk.ask('admin.shadow.reset', { user: 'alice' })).toMatchObject({
      profileVersion: 2,
      state: 'active',
      uid: 600_000,
    });
    await desk.ask('admin.shadow.delete', { user: 'alice' });
    expect(await desk.ask('admin.shadow.list', {})).toMatchObject([{ state: 'deleted' }]);
    const again = await session(accountId, ticket);
    await host.ask('session.shadow', shadow(again));
    expect(await desk.ask('admin.shadow.list', {})).toMatchObject([
      { state: 'active', profileVersion: 3, uid: 600_000 },
    ]);
    expect(running.orders.filter((order) => order.kind !== 'forget-box')).toMatchObject([
      { kind: 'prepare-box', profileVersion: 1 },
      { kind: 'reset-profile', profileVersion: 2, keep: true },
      { kind: 'reset-profile', profileVersion: 2, keep: false },
      { kind: 'prepare-box', profileVersion: 3 },
    ]);
  });

  test.each([
    ['over-quota', { kind: 'over-quota', detail: '70 MB of 64 MB' }, 'PROFILE_OVER_QUOTA'],
    ['failed', { kind: 'failed', detail: 'no room' }, 'SHADOW_UNAVAILABLE'],
    ['too weak', { kind: 'done', level: 2, healed: null }, 'ISOLATION_TOO_LOW'],
  ] as const)('a box that is %s is a failure of stage 5', async (_what, result, code) => {
    const accountId = await furnish(desk);
    const id = await session(accountId, await logIn(door, 'alice', 'alice and a password'));
    running.result = result;
    expect(await host.refused('session.shadow', shadow(id))).toMatchObject({ code, stage: 5, side: 'ours' });
  });

  test('a profile that was healed is audited', async () => {
    const accountId = await furnish(desk);
    const id = await session(accountId, await logIn(door, 'alice', 'alice and a password'));
    running.result = { kind: 'done', level: 3, healed: 'was of another version' };
    expect(await host.ask('session.shadow', shadow(id))).toMatchObject({ healed: 'was of another version' });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 100, newestFirst: true });
    expect(
      rows.find((row) => row.detail === 'profile of shadow-alice healed: was of another version'),
    ).toMatchObject({ action: 'shadowChanged', sessionId: id });
    expect(rows.find((row) => row.action === 'isolation')).toMatchObject({
      outcome: 'ok',
      detail: 'level 3 as shadow-alice, uid 600000',
    });
  });
});
