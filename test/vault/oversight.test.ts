import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOST_CALLS } from '#/contract/host-calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { ownTime } from '../helpers/own-time.ts';
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

const GROUPS = { control: ['Takers'], suspend: ['Suspenders'], terminate: ['PSMLiveSessionTerminators'] };

describe('what others do with a running session', () => {
  let running: Running;
  let desk: Client;
  let door: Client;
  let host: Client;
  let sessionId: string;
  let accountId: string;
  const orders: unknown[] = [];
  let obeys = true;
  const tickets: Record<string, string> = {};

  const user = async (name: string, groups: string[] = []) => {
    await desk.ask(
      'admin.user.add',
      { name, groups, mustChange: false, rights: [], expiresAt: null, logonHours: null },
      Buffer.from('pa55word'),
    );
    tickets[name] = await logIn(door, name, 'pa55word');
  };
  const ticket = (name: string) => tickets[name] ?? '';
  const start = async (): Promise<void> => {
    const granted = await door.ask('person.connect', {
      ticket: ticket('alice'),
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    ({ sessionId } = granted);
    await host.ask('session.landed', { permit: granted.permit, sessionId });
    await host.blob('session.redeem', { permit: granted.permit, sessionId });
    await host.ask('session.head', {
      recordingId: sessionId,
      segments: 0,
      head: '0'.repeat(64),
      final: false,
      ephemeral: Buffer.alloc(32, 7).toString('base64'),
    });
    for (const stage of [5, 6, 7, 8])
      await host.ask('session.stage', { sessionId, stage, ok: true, code: null, detail: null });
  };
  beforeEach(async () => {
    orders.length = 0;
    obeys = true;
    running = await startVault({ settings: { liveGroups: GROUPS } });
    desk = client(running, 'admin');
    door = await portal(running);
    host = await sessionHost(running, 0, [], (call, args) => {
      orders.push([call, HOST_CALLS[call as keyof typeof HOST_CALLS].parse(args)]);
      return Promise.resolve(obeys ? done({ value: null }) : failed(failure('SESSION_GONE')));
    });
    accountId = await furnish(desk);
    tickets['alice'] = await logIn(door, 'alice', 'alice and a password');
    for (const group of ['Takers', 'Suspenders']) await desk.ask('admin.group.add', { name: group });
    await user('audrey', ['Auditors']);
    await user('tom', ['Auditors', 'Takers']);
    await user('sue', ['Auditors', 'Suspenders']);
    await user('bob');
    await start();
  });
  afterEach(() => running.stop());

  const audit = async (...codes: number[]) =>
    (await desk.ask('admin.audit.list', { after: 0, limit: 200, newestFirst: false })).filter(({ code }) =>
      codes.includes(code),
    );
  const watch = async (name: string) => {
    const { permit } = await door.ask('person.watch', { ticket: ticket(name), sessionId });
    return (await host.ask('session.redeemWatch', { permit, sessionId })).watch;
  };
  const control = (name: string) => door.ask('person.control', { ticket: ticket(name), sessionId });
  const listed = async (name: string) =>
    (await door.ask('person.sessions', { ticket: ticket(name) })).find(({ id }) => id === sessionId);

  test('is ordered from its host, audited, and each takes its own group', async () => {
    const at = { ticket: ticket('sue'), sessionId };
    await door.ask('person.suspendSession', { ...at, reason: 'look', frozen: true });
    await door.ask('person.resumeSession', at);
    await door.ask('person.messageSession', { ...at, text: 'stop it' });
    await desk.ask('admin.sessions.message', { sessionId, text: 'root says' });
    expect(orders).toEqual([
      ['host.suspend', { sessionId, by: 'sue', reason: 'look', frozen: true }],
      ['host.resume', { sessionId, by: 'sue' }],
      ['host.message', { sessionId, by: 'sue', text: 'stop it' }],
      ['host.message', { sessionId, by: 'root@console', text: 'root says' }],
    ]);
    expect(await audit(940, 941, 942)).toMatchObject([
      { code: 940, actor: 'sue', sessionId, detail: "alice's session, its output too: look" },
      { code: 941, actor: 'sue' },
      { code: 942, actor: 'sue', detail: "alice's session: stop it" },
      { code: 942, actor: 'root@console' },
    ]);
  });

  test('is refused to who only watches, and audited; to its owner; and a stranger learns nothing', async () => {
    const suspend = (name: string) =>
      door.refused('person.suspendSession', { ticket: ticket(name), sessionId, reason: 'x', frozen: false });
    // no manager of a safe can help
    const group = expect.stringContaining('liveGroups in the configuration') as string;
    expect(await suspend('audrey')).toMatchObject({ code: 'DENIED', next: group });
    expect(await suspend('alice')).toMatchObject({
      code: 'DENIED',
      next: expect.stringContaining('somebody else') as string,
    });
    expect(
      await door.refused('person.endSession', { ticket: ticket('audrey'), sessionId, reason: 'x' }),
    ).toMatchObject({ code: 'DENIED', next: group });
    expect(await suspend('bob')).toMatchObject({ code: 'NOT_FOUND' });
    expect(
      await door.refused('person.messageSession', { ticket: ticket('audrey'), sessionId, text: 'hi' }),
    ).toMatchObject({ code: 'DENIED' });
    expect(await door.refused('person.control', { ticket: ticket('sue'), sessionId })).toMatchObject({
      code: 'DENIED',
    });
    expect(await door.refused('person.control', { ticket: ticket('bob'), sessionId })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(orders).toEqual([]);
    expect((await audit(922)).map(({ actor }) => actor)).toEqual(['audrey', 'alice', 'audrey', 'sue']);
  });

  test('a host that does not obey is told, and is in the audit as a failure', async () => {
    obeys = false;
    expect(
      await desk.refused('admin.sessions.suspend', { sessionId, reason: 'x', frozen: false }),
    ).toMatchObject({ code: 'SESSION_HOST_UNAVAILABLE' });
    expect((await audit(940)).map(({ outcome }) => outcome)).toEqual(['ok', 'failure']);
  });

  test('a control permit is good once, for the viewer it was given to, and for nothing else', async () => {
    const [toms, audreys] = [await watch('tom'), await watch('audrey')];
    const { permit } = await control('tom');
    expect(await host.refused('session.redeemWatch', { permit, sessionId })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
    expect(await host.refused('session.redeemControl', { permit, sessionId, watch: audreys })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
    expect(await host.refused('session.redeemControl', { permit, sessionId, watch: toms })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
    const again = await control('tom');
    expect(await host.ask('session.redeemControl', { permit: again.permit, sessionId, watch: toms })).toEqual(
      { controller: 'tom' },
    );
    const watchPermit = await door.ask('person.watch', { ticket: ticket('tom'), sessionId });
    expect(
      await host.refused('session.redeemControl', { permit: watchPermit.permit, sessionId, watch: toms }),
    ).toMatchObject({ code: 'PERMIT_REFUSED' });
    await host.ask('session.controlEnded', { sessionId, watch: toms });
    await host.ask('session.controlEnded', { sessionId, watch: toms });
    expect((await audit(943, 944)).map(({ code, actor }) => `${code} ${actor}`)).toEqual([
      '943 tom',
      '944 tom',
    ]);
  });

  test.each([
    ['the group of those who take over', 'Takers'],
    ['the right to see it', 'Auditors'],
  ])('control goes on until he loses %s', async (_what, group) => {
    const toms = await watch('tom');
    const { permit } = await control('tom');
    await host.ask('session.redeemControl', { permit, sessionId, watch: toms });
    await host.ask('session.controlGoesOn', { sessionId, watch: toms });
    await desk.ask('admin.group.member', { group, user: 'tom', present: false });
    expect(await host.refused('session.controlGoesOn', { sessionId, watch: toms })).toMatchObject({
      code: 'CONTROL_ENDED',
    });
  });

  test('a permit that was given before the right was taken away is worth nothing', async () => {
    const toms = await watch('tom');
    const { permit } = await control('tom');
    await desk.ask('admin.group.member', { group: 'Takers', user: 'tom', present: false });
    expect(await host.refused('session.redeemControl', { permit, sessionId, watch: toms })).toMatchObject({
      code: 'CONTROL_ENDED',
    });
  });

  test('lists have what the host tells of its own sessions, and what was done only for who may watch', async () => {
    const facts = {
      id: sessionId,
      lastKeyAt: 1000,
      bytes: 77,
      lastActivity: 'ls -l',
      suspendedBy: 'sue',
      typing: null,
      company: null,
    };
    const other = await sessionHost(running, 1);
    await other.ask('session.facts', { sessions: [facts] });
    expect(await listed('audrey')).toMatchObject({ recordedBytes: null, lastActivity: null });
    await host.ask('session.facts', { sessions: [facts, { ...facts, id: 'made up' }] });
    expect(await listed('audrey')).toMatchObject({
      lastKeyAt: 1000,
      recordedBytes: 77,
      lastActivity: 'ls -l',
      suspendedBy: 'sue',
      mayControl: false,
      maySuspend: false,
    });
    expect(await listed('tom')).toMatchObject({ mayControl: true, maySuspend: false });
    expect(await listed('alice')).toMatchObject({ suspendedBy: 'sue', mayControl: false, maySuspend: false });
    await user('tess', ['PSMLiveSessionTerminators']);
    expect(await listed('tess')).toMatchObject({ mayEnd: true, mayWatch: false, lastActivity: null });
    await host.ask('session.ended', { sessionId, ending: { kind: 'owner-ended' } });
    expect(running.vault.facts.of(sessionId)).toBeNull();
  });

  test('500 sessions are listed in a fraction of the time between two looks', async () => {
    const session = (await running.vault.store.transaction((records) => records.sessions.open()))[0];
    if (session === undefined) throw new Error('no session');
    await running.vault.store.transaction(async (records) => {
      for (let n = 0; n < 500; n += 1)
        await records.sessions.addSession({
          ...session,
          id: `${'0'.repeat(29)}${String(n).padStart(3, '0')}` as never,
        });
    });
    const begun = ownTime();
    const rows = await door.ask('person.sessions', { ticket: ticket('tom') });
    expect(rows.length).toBe(501);
    expect(ownTime() - begun).toBeLessThan(700);
  });
});
