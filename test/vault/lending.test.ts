/** What is lent to a target, and where it may listen: the vault's word, at the grant and again when the permit is used. */
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
  host = await sessionHost(running);
  accountId = await furnish(desk);
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(() => running.stop());

const set = (setting: string, value: string) =>
  desk.ask('admin.policy.set', { level: 'account', of: accountId, setting, value });
const asked = () => ({ ticket, accountId, columns: 80, rows: 24, term: 'none', shares: true });
const audit = async () =>
  (await desk.ask('admin.audit.list', { after: 0, limit: 60, newestFirst: true })).find(
    ({ action, stage }) => action === 'sessionStage' && stage === 0,
  );

describe('an agent', () => {
  test('is withheld by default, and the session goes on', async () => {
    const { permit, sessionId } = await door.ask('person.connect', { ...asked(), lends: ['agent'] });
    expect((await audit())?.detail).toContain('agent not forwarded: agentForwarding is no');
    await host.ask('session.landed', { permit, sessionId });
    expect(await host.ask('session.redeem', { permit, sessionId })).toMatchObject({
      lending: { lent: [], withheld: [{ what: 'agent', why: 'setting' }] },
    });
  });

  test('is lent where policy says so, and not any more when it says otherwise as the permit is used', async () => {
    await set('agentForwarding', 'yes');
    const [first, second, third] = await Promise.all(
      (['agent', 'agent', null] as const).map((one) =>
        door.ask('person.connect', { ...asked(), ...(one === null ? {} : { lends: [one] }) }),
      ),
    );
    for (const one of [first, second, third]) {
      if (one === undefined) throw new Error('not granted');
      await host.ask('session.landed', { permit: one.permit, sessionId: one.sessionId });
    }
    const redeem = (one: typeof first) =>
      host.ask('session.redeem', { permit: one?.permit ?? '', sessionId: one?.sessionId ?? '' });
    expect(await redeem(first)).toMatchObject({ lending: { lent: ['agent'], withheld: [] } });
    expect(await redeem(third)).toMatchObject({ lending: { lent: [], withheld: [] } });
    await set('agentForwarding', 'no');
    expect(await redeem(second)).toMatchObject({
      lending: { lent: [], withheld: [{ what: 'agent', why: 'setting' }] },
    });
  });

  test('keeps logins apart: a session without it rides on none that has it', async () => {
    const shareOf = async (lends: readonly 'agent'[]) => {
      const { permit, sessionId } = await door.ask('person.connect', { ...asked(), lends: [...lends] });
      return (await host.ask('session.landed', { permit, sessionId })).share;
    };
    const withheld = await shareOf(['agent']);
    expect(withheld).not.toBeNull();
    expect(await shareOf([])).toBe(withheld);
    await set('agentForwarding', 'yes');
    const lent = await shareOf(['agent']);
    expect(lent).not.toBe(withheld);
    expect(await shareOf(['agent'])).toBe(lent);
    expect(await shareOf([])).toBe(withheld);
  });
});

describe('a display', () => {
  const landed = async (lends: readonly ('agent' | 'x11')[]) => {
    const { permit, sessionId } = await door.ask('person.connect', { ...asked(), lends: [...lends] });
    const { share } = await host.ask('session.landed', { permit, sessionId });
    const { lending } = await host.ask('session.redeem', { permit, sessionId });
    return { share, lending };
  };

  test('is withheld by default; where it is lent, the session has a login that no other rides on', async () => {
    const withheld = await landed(['x11']);
    expect(withheld.lending).toEqual({ lent: [], withheld: [{ what: 'x11', why: 'setting' }] });
    expect(withheld.share).toBe((await landed([])).share);
    expect(withheld.share).not.toBeNull();
    await set('x11Forwarding', 'yes');
    expect(await landed(['x11'])).toEqual({ share: null, lending: { lent: ['x11'], withheld: [] } });
    expect((await audit())?.detail).toContain('x11 forwarded');
    expect((await landed([])).share).toBe(withheld.share);
  });

  test('is withheld where four eyes are to see what is done', async () => {
    await set('x11Forwarding', 'yes');
    await set('fourEyes', 'yes');
    expect((await landed(['x11'])).lending).toEqual({
      lent: [],
      withheld: [{ what: 'x11', why: 'four-eyes' }],
    });
    expect((await audit())?.detail).toContain('x11 not forwarded: fourEyes is yes');
  });
});

test('what is allowed only when the permit was given already is withheld: its login is shared as if nothing were lent', async () => {
  const granted = await Promise.all(
    (['agent', 'x11', null] as const).map((one) =>
      door.ask('person.connect', { ...asked(), lends: one === null ? [] : [one] }),
    ),
  );
  await set('agentForwarding', 'yes');
  await set('x11Forwarding', 'yes');
  const shares = new Set<string | null>();
  for (const { permit, sessionId } of granted) {
    const landed = await host.ask('session.landed', { permit, sessionId });
    shares.add(landed.share);
    const { lending } = await host.ask('session.redeem', { permit, sessionId });
    expect(lending.lent).toEqual([]);
  }
  expect(shares.size).toBe(1);
});

describe('a place to listen at', () => {
  const wanted = (name: string, port: number) => ({ ...asked(), listen: { host: name, port } });
  beforeEach(() => set('remoteForwarding', 'localhost:8000-8002'));

  test('is bound into the permit; the session is for nothing else', async () => {
    const { permit, sessionId } = await door.ask('person.connect', wanted('localhost', 8001));
    expect((await audit())?.detail).toContain('the target is to listen localhost:8001');
    await host.ask('session.landed', { permit, sessionId });
    expect(await host.ask('session.redeem', { permit, sessionId })).toMatchObject({
      forward: null,
      listen: { host: 'localhost', port: 8001 },
    });
    expect((await desk.ask('admin.sessions.list', {}))[0]).toMatchObject({
      forward: 'listen localhost:8001',
    });
  });

  test.each([
    ['localhost', 8003, 'LISTENING_DENIED'],
    ['localhost', 0, 'LISTENING_DENIED'],
    ['', 8001, 'LISTENING_DENIED'],
    ['127.0.0.1', 8001, 'LISTENING_DENIED'],
    ['a b', 8001, 'BAD_INPUT'],
    ['localhost', 70_000, 'BAD_INPUT'],
  ])('%j port %i is refused', async (name, port, code) => {
    expect(await door.refused('person.connect', wanted(name, port))).toMatchObject({ code });
  });

  test('and one to connect to are not had together', async () => {
    await set('localForwarding', '*:*');
    const both = { ...wanted('localhost', 8001), forward: { host: 'db.test', port: 1 } };
    expect(await door.refused('person.connect', both)).toMatchObject({ code: 'BAD_INPUT' });
  });

  test('that is not allowed any more when its permit is used is refused', async () => {
    const { permit, sessionId } = await door.ask('person.connect', wanted('localhost', 8001));
    await host.ask('session.landed', { permit, sessionId });
    await set('remoteForwarding', 'none');
    expect((await host.refused('session.redeem', { permit, sessionId })).message).toContain(
      'remoteForwarding',
    );
  });
});
