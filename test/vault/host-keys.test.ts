import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprint } from '#/domain/host-key.js';
import {
  type Client,
  client,
  furnish,
  hostKey,
  KEY,
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

async function start(
  policy: 'ask' | 'tofu' | 'strict',
  options: Parameters<typeof furnish>[1] = {},
): Promise<void> {
  running = await startVault({ policy: { hostKeyPolicy: policy } });
  desk = client(running, 'admin');
  door = await portal(running);
  host = await sessionHost(running);
  accountId = await furnish(desk, { hostKey: null, ...options });
  ticket = await logIn(door, 'alice', 'alice and a password');
}
beforeEach(() => start('ask'));
afterEach(() => running.stop());

async function session(): Promise<string> {
  const { permit, sessionId } = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await host.ask('session.landed', { permit, sessionId });
  expect(await host.ask('session.redeem', { permit, sessionId })).toMatchObject({
    policy: { hostKeyPolicy: running.vault.settings.policy.hostKeyPolicy },
  });
  return sessionId;
}
const shown = async (sessionId: string, key = KEY) => await host.ask('session.hostKey', { sessionId, key });
const pinned = async () =>
  (await desk.ask('admin.account.show', { account: accountId })).hostKey?.fingerprint ?? null;

describe('a key that is not known', () => {
  test('is asked about, and accepted for one session', async () => {
    const id = await session();
    expect(await shown(id)).toEqual({ verdict: 'ask', mayPin: false, pinned: null });
    await door.ask('person.decideHostKey', { ticket, sessionId: id, decision: 'once' });
    expect(await shown(id)).toMatchObject({ verdict: 'accepted' });
    expect(await shown(id, hostKey(2))).toMatchObject({ verdict: 'ask' });
    expect(await shown(await session())).toMatchObject({ verdict: 'ask' });
    expect(await pinned()).toBeNull();
  });

  test('is refused when the person refuses it', async () => {
    const id = await session();
    await shown(id);
    await door.ask('person.decideHostKey', { ticket, sessionId: id, decision: 'refuse' });
    expect(await shown(id)).toMatchObject({ verdict: 'refused' });
  });

  test('is pinned for all by who may update the account only', async () => {
    const id = await session();
    await shown(id);
    expect(
      await door.refused('person.decideHostKey', { ticket, sessionId: id, decision: 'pin' }),
    ).toMatchObject({ code: 'DENIED' });
    await desk.ask('admin.member.add', { safe: 'Lab', member: 'alice', preset: 'Full', expiresAt: null });
    expect(await shown(id)).toMatchObject({ verdict: 'ask', mayPin: true });
    await door.ask('person.decideHostKey', { ticket, sessionId: id, decision: 'pin' });
    expect(await shown(id)).toMatchObject({ verdict: 'pinned' });
    expect(await pinned()).toBe(fingerprint(KEY));
    expect(await shown(await session())).toMatchObject({ verdict: 'pinned' });
  });

  test('is not pinned over one that somebody else pinned meanwhile', async () => {
    await desk.ask('admin.member.add', { safe: 'Lab', member: 'alice', preset: 'Full', expiresAt: null });
    const id = await session();
    await shown(id);
    await desk.ask('admin.account.update', { account: accountId, hostKey: hostKey(2) });
    expect(
      await door.refused('person.decideHostKey', { ticket, sessionId: id, decision: 'pin' }),
    ).toMatchObject({ code: 'HOST_KEY_CHANGED' });
  });

  test("of somebody else's session is nobody else's to decide", async () => {
    const id = await session();
    await shown(id);
    const other = await logIn(door, 'Administrator', 'correct horse battery');
    expect(
      await door.refused('person.decideHostKey', { ticket: other, sessionId: id, decision: 'once' }),
    ).toMatchObject({ code: 'SESSION_GONE' });
  });

  test('that is none is bad input', async () => {
    const id = await session();
    expect(
      await host.refused('session.hostKey', { sessionId: id, key: { type: 'ssh-rsa', base64: KEY.base64 } }),
    ).toMatchObject({ code: 'BAD_INPUT' });
  });
});

test.each([
  ['tofu', 'accepted', fingerprint(KEY)],
  ['strict', 'refused', null],
] as const)('by policy %s it is %s', async (policy, verdict, expected) => {
  await running.stop();
  await start(policy);
  expect(await shown(await session())).toMatchObject({ verdict });
  expect(await pinned()).toBe(expected);
});

test('a key that changed stops, and is re-approved only as it was shown, by who may', async () => {
  await desk.ask('admin.account.update', { account: accountId, hostKey: KEY });
  const id = await session();
  expect(await shown(id, hostKey(2))).toEqual({ verdict: 'changed', mayPin: false, pinned: KEY });
  const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
  expect(row).toMatchObject({
    outcome: 'failure',
    failureCode: 'HOST_KEY_CHANGED',
    detail: `shown ${fingerprint(hostKey(2))}, pinned ${fingerprint(KEY)}`,
  });
  const approve = { ticket, accountId, seen: hostKey(2) };
  expect(await door.refused('person.approveHostKey', approve)).toMatchObject({ code: 'DENIED' });
  await desk.ask('admin.member.add', { safe: 'Lab', member: 'alice', preset: 'Full', expiresAt: null });
  expect(await door.refused('person.approveHostKey', { ...approve, seen: hostKey(3) })).toMatchObject({
    code: 'BAD_INPUT',
  });
  await door.ask('person.approveHostKey', approve);
  expect(await pinned()).toBe(fingerprint(hostKey(2)));
});

test('a key that counts in other safes, too, is replaced or forgotten only by who may in all of them', async () => {
  await desk.ask('admin.account.update', { account: accountId, hostKey: KEY });
  const id = await session();
  await shown(id, hostKey(2));
  await desk.ask('admin.member.add', { safe: 'Lab', member: 'alice', preset: 'Full', expiresAt: null });
  await desk.ask('admin.safe.add', { name: 'Other' });
  const [mine] = (await desk.ask('admin.account.list', {})).filter((one) => one.id === accountId);
  await desk.ask(
    'admin.account.add',
    {
      safe: 'Other',
      platform: 'UnixSSH',
      address: mine?.address.toUpperCase() ?? '',
      port: mine?.port ?? 22,
      user: 'somebody',
      secretKind: 'password',
      hostKey: null,
    },
    password('s3cret'),
  );
  const approve = { ticket, accountId, seen: hostKey(2) };
  const forget = { ticket, accountId, forgetHostKey: true } as const;
  expect(await door.refused('person.approveHostKey', approve)).toMatchObject({ code: 'DENIED' });
  expect(await door.refused('person.account.setProperties', forget)).toMatchObject({ code: 'DENIED' });
  expect(await pinned()).toBe(fingerprint(KEY));
  await door.ask('person.account.setProperties', { ticket, accountId, disabledWhy: null });
  await desk.ask('admin.member.add', { safe: 'Other', member: 'alice', preset: 'Full', expiresAt: null });
  await door.ask('person.approveHostKey', approve);
  expect(await pinned()).toBe(fingerprint(hostKey(2)));
  await door.ask('person.account.setProperties', forget);
  expect(await pinned()).toBe(null);
});

test('a key belongs to an address and port, however its name is written', async () => {
  await desk.ask('admin.account.update', { account: accountId, hostKey: KEY });
  const account = {
    safe: 'Lab',
    platform: 'UnixSSH',
    user: 'x',
    secretKind: 'password',
    hostKey: null,
  } as const;
  const secret = Buffer.from([0, 0, 0, 1, 120, 0, 0, 0, 0]);
  expect(
    await desk.ask('admin.account.add', { ...account, address: 'WEB1.test', port: 22 }, Buffer.from(secret)),
  ).toMatchObject({ hostKey: { fingerprint: fingerprint(KEY) } });
  expect(
    await desk.ask(
      'admin.account.add',
      { ...account, address: 'web1.test', port: 2022 },
      Buffer.from(secret),
    ),
  ).toMatchObject({ hostKey: null });
});
