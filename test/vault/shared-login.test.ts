import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallResult } from '#/contract/calls.js';
import {
  type Client,
  client,
  furnish,
  hostKey,
  logIn,
  password,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;
let door: Client;
let host: Client;
let ticket: string;
let accountId: string;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  host = await sessionHost(running, 0);
  accountId = await furnish(desk);
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(() => running.stop());

type Landed = CallResult<'person.connect'> & { readonly share: string | null };

async function lands(as = ticket, shares = true, at = host): Promise<Landed> {
  const asked = { ticket: as, accountId, columns: 80, rows: 24, term: 'none', shares };
  const granted = await door.ask('person.connect', asked);
  const { permit, sessionId } = granted;
  const { share } = await at.ask('session.landed', { permit, sessionId });
  return { ...granted, share };
}
/** One that makes the login. */
async function makes(as = ticket): Promise<Landed> {
  const one = await lands(as);
  await host.ask('session.redeem', { permit: one.permit, sessionId: one.sessionId });
  return one;
}
const ride = (one: Landed, on: string, at = host) =>
  at.ask('session.ride', { permit: one.permit, sessionId: one.sessionId, on });
const rows = async (of: string) =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 60, newestFirst: false })).filter(
    ({ sessionId }) => sessionId === of,
  );

describe('a session rides', () => {
  test('on no login that carries its session alone', async () => {
    const alone = await lands();
    await host.ask('session.redeem', { permit: alone.permit, sessionId: alone.sessionId, alone: true });
    const second = await lands();
    expect(second.share).toBe(alone.share);
    expect(await ride(second, alone.sessionId)).toEqual({ grant: null });
  });

  test('on the login of its connection: everything of a grant but the secret', async () => {
    const first = await makes();
    const second = await lands();
    expect(second.share).toBe(first.share);
    const { grant } = await ride(second, first.sessionId);
    expect(grant).toMatchObject({ sessionId: second.sessionId, user: 'alice', target: { user: 'root' } });
    const audit = await rows(second.sessionId);
    expect(audit.filter(({ action }) => action === 'use')).toEqual([]);
    expect(audit.at(-1)).toMatchObject({
      stage: 4,
      outcome: 'ok',
      gateway: 'PSMGW',
      detail: `rides on the login of session ${first.sessionId}`,
    });
    // each stage is a row of its own, also when several are told at once
    const passed = [3, 4, 5, 6, 7].map((stage) => ({ stage, detail: null }));
    const { sessionId } = second;
    await host.ask('session.stage', {
      sessionId,
      passed,
      stage: 8,
      ok: true,
      code: null,
      detail: 'command true',
    });
    expect((await rows(sessionId)).map(({ stage }) => stage)).toEqual([0, 3, 4, 5, 6, 7, 8]);
  });

  test('as soon as it has landed, where its login is known; and what its tape begins with may hold its stages', async () => {
    const first = await makes();
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'none',
      shares: true,
    });
    const landed = await host.ask('session.landed', { permit, sessionId, rides: true });
    expect(landed).toMatchObject({
      share: first.share,
      ride: { on: first.sessionId, grant: { ok: true, value: { sessionId, user: 'alice' } } },
    });
    const head = { recordingId: sessionId, segments: 0, head: 'a'.repeat(64), final: false };
    const passed = [5, 6, 7, 8].map((stage) => ({ stage, detail: stage === 8 ? 'command true' : null }));
    await host.ask('session.head', { ...head, passed });
    expect((await rows(sessionId)).map(({ stage, action }) => stage ?? action)).toEqual([
      0,
      3,
      4,
      'recordingHead',
      5,
      6,
      7,
      8,
    ]);
    expect(await door.ask('person.sessions', { ticket })).toContainEqual(
      expect.objectContaining({ id: sessionId, state: 'running' }),
    );
    // a login that is over carries nobody
    await host.ask('session.loginOver', { sessionId: first.sessionId });
    const next = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'none',
      shares: true,
    });
    const { ride: none } = await host.ask('session.landed', {
      permit: next.permit,
      sessionId: next.sessionId,
      rides: true,
    });
    expect(none).toBeNull();
  });

  test('not past a right that was taken away meanwhile, and has landed all the same', async () => {
    await makes();
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'none',
      shares: true,
    });
    await desk.ask('admin.member.remove', { safe: 'Lab', member: 'alice' });
    const { ride: refused } = await host.ask('session.landed', { permit, sessionId, rides: true });
    expect(refused?.grant).toMatchObject({ ok: false, failure: { code: 'PERMIT_REFUSED' } });
    expect((await rows(sessionId)).map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
      '0 ok',
      '3 ok',
      '4 failure',
    ]);
  });

  test('once, and gets the secret once when that login does not carry it, also when it runs already', async () => {
    const first = await makes();
    const second = await lands();
    await ride(second, first.sessionId);
    expect(
      await host.refused('session.ride', {
        permit: second.permit,
        sessionId: second.sessionId,
        on: first.sessionId,
      }),
    ).toMatchObject({ code: 'PERMIT_REFUSED' });
    const third = await lands();
    const { grant } = await ride(third, first.sessionId);
    const bound = { permit: third.permit, sessionId: third.sessionId };
    for (const stage of [5, 6, 7, 8])
      await host.ask('session.stage', {
        sessionId: third.sessionId,
        stage,
        ok: true,
        code: null,
        detail: null,
      });
    const redeemed = await host.peer.call('session.redeem', bound);
    if (!redeemed.ok) throw new Error(redeemed.failure.message);
    expect(redeemed.value.blob?.length).toBeGreaterThan(0);
    // its tape is open under the key that it was granted first
    expect((redeemed.value.value as typeof grant)?.recording).toEqual(grant?.recording);
    expect((await rows(third.sessionId)).at(-1)).toMatchObject({
      action: 'use',
      detail: expect.stringContaining('does not carry this one') as string,
    });
    expect(await host.refused('session.redeem', bound)).toMatchObject({ code: 'PERMIT_REFUSED' });
  });

  test('on nothing that is not its connection’s, on this host, and known', async () => {
    const first = await makes();
    const other = await lands(await logIn(door, 'alice', 'alice and a password'));
    expect(other.share).not.toBe(first.share);
    expect(await ride(other, first.sessionId)).toEqual({ grant: null });
    const second = await lands();
    expect(await ride(second, second.sessionId)).toEqual({ grant: null });
    // a permit that landed here is no permit elsewhere
    const elsewhere = await sessionHost(running, 1);
    const third = await lands();
    expect(
      await elsewhere.refused('session.ride', {
        permit: third.permit,
        sessionId: third.sessionId,
        on: first.sessionId,
      }),
    ).toMatchObject({ code: 'PERMIT_REFUSED' });
  });

  test('no more after the right to it is gone', async () => {
    const first = await makes();
    const second = await lands();
    await desk.ask('admin.member.remove', { safe: 'Lab', member: 'alice' });
    expect(
      await host.refused('session.ride', {
        permit: second.permit,
        sessionId: second.sessionId,
        on: first.sessionId,
      }),
    ).toMatchObject({ code: 'PERMIT_REFUSED' });
    expect((await rows(second.sessionId)).at(-1)).toMatchObject({ stage: 4, outcome: 'failure' });
  });
});

test('with a terminal nothing is shared; nor with another secret, or another pinned key', async () => {
  expect((await lands(ticket, false)).share).toBeNull();
  const { share } = await lands();
  expect((await lands()).share).toBe(share);
  await desk.ask(
    'admin.account.update',
    { account: 'root@web1.test', secretKind: 'password' },
    password('new'),
  );
  const after = (await lands()).share;
  expect(after).not.toBe(share);
  await desk.ask('admin.account.update', { account: 'root@web1.test', hostKey: hostKey(9) });
  expect((await lands()).share).not.toBe(after);
  await desk.ask('admin.account.update', { account: 'root@web1.test', hostKey: null });
  expect((await lands()).share).toBeNull();
});

test('all of a connection’s go to the host that holds its login', async () => {
  const first = await lands();
  await sessionHost(running, 1);
  expect(first.hosts).toEqual([0]);
  for (let i = 0; i < 3; i += 1) expect((await lands()).hosts).toEqual([0, 1]);
  // another connection's go where there is less to do
  const other = await logIn(door, 'alice', 'alice and a password');
  const { hosts } = await door.ask('person.connect', {
    ticket: other,
    accountId,
    columns: 80,
    rows: 24,
    term: 'none',
    shares: true,
  });
  expect(hosts).toEqual([1, 0]);
});

describe('an idle login goes on', () => {
  const goesOn = (share: string | null) => host.ask('session.loginGoesOn', { share: share ?? '' });
  const ends = (share: string | null, at = host) => at.refused('session.loginGoesOn', { share: share ?? '' });

  test('while its connection is there', async () => {
    const { share } = await makes();
    await goesOn(share);
    expect(await ends(share, await sessionHost(running, 1))).toMatchObject({ code: 'SESSION_GONE' });
    await door.ask('person.logout', { ticket });
    expect(await ends(share)).toMatchObject({ code: 'SESSION_GONE' });
  });

  test('while its person may', async () => {
    const { share } = await makes();
    await desk.ask('admin.account.update', { account: 'root@web1.test', disabledWhy: 'rebuilt' });
    expect(await ends(share)).toMatchObject({ code: 'SESSION_GONE' });
  });
});
