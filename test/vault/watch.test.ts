import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

describe('watching a session', () => {
  let running: Running;
  let desk: Client;
  let door: Client;
  let host: Client;
  let sessionId: string;
  let alice: string;
  let audrey: string;
  const user = (name: string, groups: string[] = []) =>
    desk.ask(
      'admin.user.add',
      { name, groups, mustChange: false, rights: [], expiresAt: null, logonHours: null },
      Buffer.from('pa55word'),
    );
  const stage = (...stages: number[]) =>
    Promise.all(
      stages.map((one) =>
        host.ask('session.stage', { sessionId, stage: one, ok: true, code: null, detail: null }),
      ),
    );
  beforeEach(async () => {
    running = await startVault();
    desk = client(running, 'admin');
    door = await portal(running);
    host = await sessionHost(running);
    const accountId = await furnish(desk);
    alice = await logIn(door, 'alice', 'alice and a password');
    await user('audrey', ['Auditors']);
    audrey = await logIn(door, 'audrey', 'pa55word');
    const granted = await door.ask('person.connect', {
      ticket: alice,
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
  });
  afterEach(() => running.stop());

  const run = async () => {
    for (const one of [5, 6, 7, 8]) await stage(one);
  };
  const watch = async (ticket = audrey) => {
    const { permit } = await door.ask('person.watch', { ticket, sessionId });
    return (await host.ask('session.redeemWatch', { permit, sessionId })).watch;
  };
  const listed = async (ticket: string) =>
    (await door.ask('person.sessions', { ticket })).map(({ mayWatch, watchers }) => ({ mayWatch, watchers }));

  test('takes a session that runs, and the right to see it; a stranger does not learn that there is one', async () => {
    expect(await door.refused('person.watch', { ticket: audrey, sessionId })).toMatchObject({
      code: 'SESSION_CONNECTING',
    });
    await run();
    await user('bob');
    const bob = await logIn(door, 'bob', 'pa55word');
    for (const wrong of [sessionId, 'nonsense', ''])
      expect(await door.refused('person.watch', { ticket: bob, sessionId: wrong })).toMatchObject({
        code: 'NOT_FOUND',
      });
    expect(await door.ask('person.watch', { ticket: audrey, sessionId })).toMatchObject({ host: 0 });
    await host.ask('session.ended', { sessionId, ending: { kind: 'exited', status: 0, signal: null } });
    expect(await door.refused('person.watch', { ticket: audrey, sessionId })).toMatchObject({
      code: 'SESSION_GONE',
    });
  });

  test('a permit is good once, for its session, and for nothing else', async () => {
    await run();
    const { permit } = await door.ask('person.watch', { ticket: audrey, sessionId });
    expect(await host.refused('session.redeemAttach', { permit, sessionId })).toMatchObject({
      code: 'LANDING_REFUSED',
    });
    expect(await host.refused('session.redeemWatch', { permit: 'made up', sessionId })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
    await host.ask('session.redeemWatch', { permit, sessionId });
    expect(await host.refused('session.redeemWatch', { permit, sessionId })).toMatchObject({
      code: 'PERMIT_REFUSED',
    });
  });

  test('goes for ten sessions of one person at once, and for as many of somebody else', async () => {
    await run();
    const names = [];
    for (let n = 0; n < 10; n += 1) names.push(await watch());
    const { permit } = await door.ask('person.watch', { ticket: audrey, sessionId });
    expect(await host.refused('session.redeemWatch', { permit, sessionId })).toMatchObject({
      code: 'VIEWERS_LIMIT',
    });
    await watch(alice);
    await host.ask('session.watchEnded', { sessionId, watch: names[0] ?? '' });
    await watch();
  });

  test('is in the audit with its beginning and end, and in the list of who may see it, but not in the owner’s', async () => {
    await run();
    const name = await watch();
    expect(await listed(audrey)).toEqual([{ mayWatch: true, watchers: ['audrey'] }]);
    expect(await listed(alice)).toEqual([{ mayWatch: true, watchers: [] }]);
    await host.ask('session.watchEnded', { sessionId, watch: name });
    await host.ask('session.watchEnded', { sessionId, watch: name });
    expect(await listed(audrey)).toEqual([{ mayWatch: true, watchers: [] }]);
    const rows = (await desk.ask('admin.audit.list', { after: 0, limit: 100, newestFirst: true })).filter(
      ({ code }) => code === 905 || code === 906,
    );
    expect(rows).toMatchObject([
      { code: 906, actor: 'audrey', sessionId, detail: 'session of alice, watched for 0 s' },
      { code: 905, actor: 'audrey', sessionId, gateway: 'PSMAdminConnect', detail: 'session of alice' },
    ]);
  });

  test.each([
    ['the group is left', { present: false }, 'taken away'],
    ['the user is disabled', null, 'your user is disabled'],
  ])('goes on until %s', async (_what, group, why) => {
    await run();
    const name = await watch();
    await host.ask('session.watchGoesOn', { sessionId, watch: name });
    if (group === null) await desk.ask('admin.user.set', { name: 'audrey', disabled: true });
    else await desk.ask('admin.group.member', { group: 'Auditors', user: 'audrey', ...group });
    const refused = await host.refused('session.watchGoesOn', { sessionId, watch: name });
    expect(refused).toMatchObject({ code: 'WATCHING_ENDED' });
    expect(refused.message).toContain(why);
  });

  test('a name that the vault does not know goes on for nobody', async () => {
    await run();
    expect(await host.refused('session.watchGoesOn', { sessionId, watch: 'made up' })).toMatchObject({
      code: 'WATCHING_ENDED',
    });
  });
});
