import { afterEach, expect, test } from 'vitest';
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
afterEach(() => running.stop());

async function open(mostSessions: { readonly all: number; readonly person: number }) {
  running = await startVault({ settings: { mostSessions } });
  const desk = client(running, 'admin');
  const door = await portal(running);
  const host = await sessionHost(running);
  const accountId = await furnish(desk);
  await desk.ask(
    'admin.user.add',
    { name: 'bob', groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
    Buffer.from('bob and a password'),
  );
  await desk.ask('admin.member.add', { safe: 'Lab', member: 'bob', preset: 'ConnectOnly', expiresAt: null });
  const [alice, bob] = [
    await logIn(door, 'alice', 'alice and a password'),
    await logIn(door, 'bob', 'bob and a password'),
  ];
  const wish = (ticket: string) => ({ ticket, accountId, columns: 80, rows: 24, term: 'xterm' });
  return {
    desk,
    alice: asking(door, wish(alice)),
    bob: asking(door, wish(bob)),
    end: (sessionId: string) => host.ask('session.ended', { sessionId, ending: { kind: 'drained' } }),
    land: (one: { readonly permit: string; readonly sessionId: string }) => host.ask('session.landed', one),
  };
}

function asking(door: Client, wish: Parameters<Client['ask']>[1]) {
  return {
    connects: () => door.ask('person.connect', wish as never),
    refused: () => door.refused('person.connect', wish as never),
  };
}

test('one person has no more sessions than allowed, and others still may', async () => {
  const { desk, alice, bob, end, land } = await open({ all: 0, person: 2 });
  const { permit, sessionId } = await alice.connects();
  await alice.connects();
  expect(await alice.refused()).toMatchObject({ code: 'TOO_MANY_SESSIONS', stage: 0 });
  const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
  expect(row).toMatchObject({ action: 'sessionStage', outcome: 'failure', stage: 0, actor: 'alice' });
  await bob.connects();
  await land({ permit, sessionId });
  await end(sessionId);
  await alice.connects();
});

test('all together have no more sessions than allowed', async () => {
  const { alice, bob } = await open({ all: 2, person: 0 });
  await alice.connects();
  await bob.connects();
  for (const one of [alice, bob]) expect(await one.refused()).toMatchObject({ code: 'TOO_MANY_SESSIONS' });
});

test('the limit that stands in the way is explained before', async () => {
  const { desk, alice } = await open({ all: 5, person: 1 });
  await alice.connects();
  const told = await desk.ask('admin.explain', { user: 'alice', account: 'root@web1.test' });
  expect(told.permit).toBe(false);
  expect(JSON.stringify(told.rules)).toContain('1 of 1');
});
