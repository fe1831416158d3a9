import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Handler } from '#/contract/rpc.js';
import { done } from '#/domain/outcome.js';
import { endOrphans, endStillborn } from '#/vault/session-life.js';
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

let running: Running;
let desk: Client;
let door: Client;
let ticket: string;
let accountId: string;
beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
  door = await portal(running);
  accountId = await furnish(desk);
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(() => running.stop());

async function runs(host: Client, as = ticket): Promise<string> {
  const { permit, sessionId } = await door.ask('person.connect', {
    ticket: as,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await host.ask('session.landed', { permit, sessionId });
  await host.ask('session.redeem', { permit, sessionId });
  await host.ask('session.head', { recordingId: sessionId, segments: 0, head: 'a'.repeat(64), final: false });
  for (const stage of [5, 6, 7, 8])
    await host.ask('session.stage', { sessionId, stage, ok: true, code: null, detail: null });
  return sessionId;
}
const outcome = async (id: string) => (await desk.ask('admin.recordings.show', { recordingId: id })).outcome;
const rows = () => desk.ask('admin.audit.list', { after: 0, limit: 20, newestFirst: true });

describe('a session host', () => {
  test('that dies takes its sessions along, and only its own', async () => {
    const [one, two] = [await sessionHost(running, 0), await sessionHost(running, 1)];
    const [mine, other] = [await runs(one), await runs(two)];
    const { host: hostOf } = (await desk.ask('admin.sessions.list', {})).find((row) => row.id === mine) ?? {
      host: -1,
    };
    expect(hostOf).toBe(0);
    one.peer.close('killed');
    await vi.waitFor(async () => expect(await outcome(mine)).toBe('session-host-died'));
    expect(await outcome(other)).toBe('running');
    expect((await rows()).find((row) => row.sessionId === mine && row.code === 302)).toMatchObject({
      outcome: 'failure',
      stage: 9,
      detail: 'its session host ended unexpectedly',
    });
  });

  test('that comes back in time keeps what it still has', async () => {
    await running.stop();
    running = await startVault({ patience: { lostHost: 60_000, start: 60_000 } });
    desk = client(running, 'admin');
    door = await portal(running);
    accountId = await furnish(desk);
    ticket = await logIn(door, 'alice', 'alice and a password');
    const host = await sessionHost(running);
    const [kept, lost] = [await runs(host), await runs(host)];
    host.peer.close('lost');
    const again = await sessionHost(running, 0, [kept]);
    expect(await outcome(kept)).toBe('running');
    expect(await outcome(lost)).toBe('session-host-died');
    await again.ask('session.state', { sessionId: kept, state: 'detached' });
    expect(await door.ask('person.sessions', { ticket })).toMatchObject([{ id: kept, state: 'detached' }]);
  });

  test('is told to end what the vault has given up', async () => {
    const told: unknown[] = [];
    const handle: Handler = (call, args) => {
      told.push({ call, args });
      return Promise.resolve(done({ value: null }));
    };
    const host = await sessionHost(running);
    const id = await runs(host);
    host.peer.close('lost');
    await vi.waitFor(async () => expect(await outcome(id)).toBe('session-host-died'));
    await sessionHost(running, 0, [id], handle);
    await vi.waitFor(() => {
      expect(told).toMatchObject([{ call: 'host.terminate', args: { sessionId: id, kind: 'terminated' } }]);
    });
  });

  test('has a number that there is', async () => {
    const host = await sessionHost(running);
    expect(await host.refused('session.hello', { host: 2, running: [] })).toMatchObject({
      code: 'BAD_INPUT',
    });
  });

  test('with fewer sessions is offered first', async () => {
    const [one] = [await sessionHost(running, 0), await sessionHost(running, 1)];
    await runs(one);
    const { hosts } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    expect(hosts).toEqual([1, 0]);
  });

  test('that is not there makes connecting a failure of stage 1', async () => {
    expect(
      await door.refused('person.connect', { ticket, accountId, columns: 80, rows: 24, term: 'xterm' }),
    ).toMatchObject({ code: 'SESSION_HOST_UNAVAILABLE', stage: 1 });
    expect((await rows())[0]).toMatchObject({
      stage: 1,
      outcome: 'failure',
      failureCode: 'SESSION_HOST_UNAVAILABLE',
    });
  });
});

test('after a restart of the vault, sessions whose host did not say hello in time are ended', async () => {
  const host = await sessionHost(running);
  const id = await runs(host);
  const connection = running.vault.hosts.get(0);
  if (connection !== null) running.vault.hosts.leave(connection);
  await endOrphans(running.vault);
  expect(await outcome(id)).toBe('session-host-died');
});

test('a session that never landed is ended when its permit is over, and the menu goes on', async () => {
  await sessionHost(running);
  const { sessionId } = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await endStillborn(running.vault);
  expect(await door.ask('person.sessions', { ticket })).toHaveLength(1);
  running.advance(60_000);
  await endStillborn(running.vault);
  expect(await door.ask('person.sessions', { ticket })).toEqual([]);
  expect((await rows())[0]).toMatchObject({
    sessionId,
    stage: 1,
    outcome: 'failure',
    failureCode: 'SESSION_HOST_UNAVAILABLE',
  });
});

describe('ending a session', () => {
  async function withHost(): Promise<{
    readonly host: Client;
    readonly told: { readonly kind: string; readonly by: string }[];
    readonly id: string;
  }> {
    const told: { kind: string; by: string }[] = [];
    const host = await sessionHost(running, 0, [], (_call, args) => {
      told.push(args as { kind: string; by: string });
      return Promise.resolve(done({ value: null }));
    });
    return { host, told, id: await runs(host) };
  }

  test("is the owner's own, without more", async () => {
    const { told, id } = await withHost();
    await door.ask('person.endSession', { ticket, sessionId: id, reason: 'done' });
    expect(told).toMatchObject([{ sessionId: id, by: 'alice', kind: 'owner-ended', reason: 'done' }]);
  });

  test("is a terminator's, and nobody else's", async () => {
    const { told, id } = await withHost();
    await desk.ask(
      'admin.user.add',
      { name: 'bob', groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
      Buffer.from('pa55word'),
    );
    const bob = await logIn(door, 'bob', 'pa55word');
    expect(
      await door.refused('person.endSession', { ticket: bob, sessionId: id, reason: 'x' }),
    ).toMatchObject({ code: 'NOT_FOUND' });
    expect(await door.ask('person.sessions', { ticket: bob })).toEqual([]);
    await desk.ask('admin.group.member', { group: 'Auditors', user: 'bob', present: true });
    expect(await door.ask('person.sessions', { ticket: bob })).toMatchObject([
      { id, mine: false, mayEnd: false },
    ]);
    expect(
      await door.refused('person.endSession', { ticket: bob, sessionId: id, reason: 'x' }),
    ).toMatchObject({ code: 'DENIED' });
    await desk.ask('admin.group.member', { group: 'PSMLiveSessionTerminators', user: 'bob', present: true });
    await door.ask('person.endSession', { ticket: bob, sessionId: id, reason: 'x' });
    expect(told).toMatchObject([{ by: 'bob', kind: 'terminated' }]);
  });

  test('from the console is audited before it is done', async () => {
    const { told, id } = await withHost();
    await desk.ask('admin.sessions.terminate', { sessionId: id, reason: 'maintenance' });
    expect(told).toMatchObject([{ by: 'root@console', kind: 'terminated', reason: 'maintenance' }]);
    expect((await rows())[0]).toMatchObject({
      code: 901,
      actor: 'root@console',
      sessionId: id,
      detail: "alice's session: maintenance",
    });
    expect(
      await desk.refused('admin.sessions.terminate', { sessionId: 'nonsense', reason: 'x' }),
    ).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is a failure when its host does not obey', async () => {
    const host = await sessionHost(running);
    const id = await runs(host);
    expect(await desk.refused('admin.sessions.terminate', { sessionId: id, reason: 'x' })).toMatchObject({
      code: 'SESSION_HOST_UNAVAILABLE',
    });
    expect(await outcome(id)).toBe('running');
  });

  test('comes with the last head of its tape, or not at all when that is refused', async () => {
    const { host, id } = await withHost();
    const activities = { commands: 2, transfers: 1 };
    const head = { recordingId: id, head: 'b'.repeat(64), final: true };
    const ended = { ending: { kind: 'exited', status: 4, signal: null }, activities } as const;
    const other = await sessionHost(running, 1);
    expect(await other.refused('session.head', { ...head, segments: 2, ended })).toMatchObject({
      code: 'SESSION_GONE',
    });
    const wrong = { ...head, head: 'x'.repeat(64), segments: 2, ended };
    expect(await host.refused('session.head', wrong)).toMatchObject({ code: 'BAD_INPUT' });
    expect(await outcome(id)).toBe('running');
    await host.ask('session.head', { ...head, segments: 2, ended });
    expect(await outcome(id)).toBe('exited');
    // told twice, it is the same end
    await host.ask('session.head', {
      ...head,
      segments: 2,
      ended: { ...ended, ending: { kind: 'drained' } },
    });
    expect(await outcome(id)).toBe('exited');
    expect((await rows()).filter(({ sessionId, code }) => sessionId === id && code === 302)).toMatchObject([
      { outcome: 'ok', stage: 9, detail: expect.stringContaining('2 commands, 1 transfer') as unknown },
    ]);
  });

  test('happens once: the first reason is what the books say', async () => {
    const { host, id } = await withHost();
    await host.ask('session.ended', { sessionId: id, ending: { kind: 'idle', minutes: 10 } });
    expect(
      await host.refused('session.ended', { sessionId: id, ending: { kind: 'owner-ended' } }),
    ).toMatchObject({ code: 'SESSION_GONE' });
    expect(await outcome(id)).toBe('idle');
    const broken = { sessionId: id, ending: { kind: 'vanished' } } as never;
    expect(await host.refused('session.ended', broken)).toMatchObject({ code: 'BAD_INPUT' });
  });
});

test('coming back to a running session takes its owner and a permit for its host', async () => {
  const host = await sessionHost(running);
  const id = await runs(host);
  const { permit, host: number } = await door.ask('person.reattach', { ticket, sessionId: id });
  expect(number).toBe(0);
  expect(await host.ask('session.redeemAttach', { permit, sessionId: id })).toEqual({ user: 'alice' });
  expect(await host.refused('session.redeemAttach', { permit, sessionId: id })).toMatchObject({
    code: 'LANDING_REFUSED',
  });
  const other = await logIn(door, 'Administrator', 'correct horse battery');
  expect(await door.refused('person.reattach', { ticket: other, sessionId: id })).toMatchObject({
    code: 'SESSION_GONE',
  });
  await host.ask('session.ended', { sessionId: id, ending: { kind: 'owner-ended' } });
  expect(await door.refused('person.reattach', { ticket, sessionId: id })).toMatchObject({
    code: 'SESSION_GONE',
  });
});
