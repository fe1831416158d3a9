import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { signedHeadText } from '#/contract/rows.js';
import { decodeSecretPayload } from '#/contract/secret-payload.js';
import { isProven, readPsmServer } from '#/session/proof.js';
import {
  type Client,
  client,
  component,
  furnish,
  logIn,
  portal,
  type Running,
  sessionHost,
  startVault,
} from './in-process.ts';

let running: Running;
let desk: Client;

beforeEach(async () => {
  running = await startVault();
  desk = client(running, 'admin');
});
afterEach(() => running.stop());

test('one session, from the login to the stored recording', async () => {
  const accountId = await furnish(desk);
  const door = await portal(running);
  const host = await sessionHost(running, 1);
  const { psmServer } = await host.ask('session.hello', { host: 1, running: [] });
  const login = await door.ask(
    'person.login',
    { user: 'ALICE', from: '192.0.2.7', via: 'ssh' },
    Buffer.from('alice and a password'),
  );
  expect(login).toMatchObject({
    mustChange: false,
    person: { user: 'alice', lastSuccess: null, auditor: false },
  });
  const { ticket } = login;
  expect(await door.ask('person.accounts', { ticket })).toMatchObject([
    {
      id: accountId,
      safe: 'Lab',
      user: 'root',
      address: 'web1.test',
      port: 22,
      usable: true,
      why: null,
      lastUsedAt: null,
    },
  ]);

  const permitted = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  expect(permitted).toMatchObject({ account: 'root@web1.test', hosts: [1] });
  const { permit, sessionId } = permitted;
  const nonce = randomBytes(32).toString('base64');
  const asked = { sessionId, nonce, permit };
  // a signature for this one landing is all that a portal gets of PSMServer
  const answer = await door.peer.call('portal.psmServer', asked);
  if (!answer.ok) throw new Error(answer.failure.message);
  expect(answer.value.blob).toBeUndefined();
  const { proof } = answer.value.value as { readonly proof: string };
  const key = readPsmServer(psmServer);
  expect(isProven(key, nonce, { sessionId, permit, proof })).toBe(true);
  expect(isProven(key, randomBytes(32).toString('base64'), { sessionId, permit, proof })).toBe(false);
  expect(isProven(key, nonce, { sessionId, permit: 'another', proof })).toBe(false);
  for (const wrong of [{ nonce: `${nonce} n-2 p` }, { nonce: '' }, { permit: `${permit} x` }])
    expect(await door.refused('portal.psmServer', { ...asked, ...wrong })).toMatchObject({
      code: 'BAD_INPUT',
    });

  await host.ask('session.landed', { permit, sessionId });
  const payload = await host.blob('session.redeem', { permit, sessionId });
  expect(decodeSecretPayload(payload ?? Buffer.alloc(0))?.secret.toString()).toBe('s3cret');
  expect(
    await host.ask('session.shadow', { sessionId, term: 'xterm', lang: 'C.UTF-8', program: 'ssh' }),
  ).toMatchObject({ name: 'shadow-alice', uid: 600_000, level: 3 });
  const first = await host.ask('session.head', {
    recordingId: sessionId,
    segments: 0,
    head: 'a'.repeat(64),
    final: false,
  });
  for (const stage of [5, 6, 7, 8])
    await host.ask('session.stage', { sessionId, stage, ok: true, code: null, detail: null });
  expect(await door.ask('person.sessions', { ticket })).toMatchObject([
    { id: sessionId, state: 'running', host: 1, mine: true, mayEnd: true, isolation: 3 },
  ]);
  expect(await door.ask('person.recordings', { ticket })).toMatchObject([
    { id: sessionId, stored: 'live', outcome: 'running' },
  ]);

  const last = await host.ask('session.head', {
    recordingId: sessionId,
    segments: 2,
    head: 'b'.repeat(64),
    final: true,
  });
  await host.ask('session.ended', { sessionId, ending: { kind: 'exited', status: 0, signal: null } });
  const recorder = await component(running, ['PSMApp']);
  expect(await recorder.ask('recording.pending', {})).toEqual([
    { recordingId: sessionId, recordingSafe: 'PSMRecordings', live: false },
  ]);
  await recorder.ask('recording.stored', {
    recordingId: sessionId,
    bytes: 900,
    digest: 'f'.repeat(64),
    segments: 2,
    head: 'b'.repeat(64),
    complete: true,
    durationMs: 5,
  });
  expect(await door.ask('person.recordings', { ticket })).toMatchObject([
    { id: sessionId, stored: 'safe', outcome: 'exited', complete: true, bytes: 900 },
  ]);
  expect(running.orders.map((order) => order.kind)).toEqual(['prepare-box', 'forget-box']);

  const replay = await door.ask('person.replay', { ticket, recordingId: sessionId });
  const monitor = await component(running, ['PSMAdminConnect']);
  const opened = await monitor.ask('replay.redeem', replay);
  const verifyKey = createPublicKey({
    key: Buffer.from(opened.verifyKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  expect(opened.heads).toEqual([first, last]);
  for (const head of opened.heads)
    expect(
      verify(null, Buffer.from(signedHeadText(head)), verifyKey, Buffer.from(head.signature, 'base64')),
    ).toBe(true);

  const rows = await desk.ask('admin.audit.list', { after: 0, limit: 1000, newestFirst: false });
  const walk = rows
    .filter((row) => row.stage !== null)
    .map((row) => `${row.stage} ${row.code} ${row.actor}${row.gateway === null ? '' : ` by ${row.gateway}`}`);
  expect(walk).toEqual([
    '0 900 alice by PVWAGW',
    '1 900 alice by PVWAGW',
    '2 295 PVWAApp',
    '3 900 PSMConnect by PSMGW',
    '4 308 alice by PSMGW',
    '5 900 alice by PSMGW',
    '6 900 alice by PSMGW',
    '7 900 alice by PSMGW',
    '8 300 alice by PSMGW',
    '9 302 alice by PSMGW',
    '9 903 PSMApp',
  ]);
  expect(await desk.ask('admin.audit.verify', {})).toMatchObject({ intact: true, firstBad: null });
});

test('a failure at a stage has no event beyond it', async () => {
  const accountId = await furnish(desk);
  const [door, host] = [await portal(running), await sessionHost(running)];
  const ticket = await logIn(door, 'alice', 'alice and a password');
  const { permit, sessionId } = await door.ask('person.connect', {
    ticket,
    accountId,
    columns: 80,
    rows: 24,
    term: 'xterm',
  });
  await host.ask('session.landed', { permit, sessionId });
  await host.ask('session.redeem', { permit, sessionId });
  await host.ask('session.stage', {
    sessionId,
    stage: 5,
    ok: false,
    code: 'TARGET_REFUSED',
    detail: 'refused',
  });
  expect(
    (await host.refused('session.stage', { sessionId, stage: 6, ok: true, code: null, detail: null })).code,
  ).toBe('BAD_INPUT');
  await host.ask('session.ended', {
    sessionId,
    ending: { kind: 'failed', code: 'TARGET_REFUSED', stage: 5, message: 'refused' },
  });
  const rows = await desk.ask('admin.audit.list', { after: 0, limit: 1000, newestFirst: false });
  expect(Math.max(...rows.map((row) => row.stage ?? 0))).toBe(5);
  expect(rows.filter((row) => row.stage === 5)).toMatchObject([
    { outcome: 'failure', failureCode: 'TARGET_REFUSED' },
  ]);
  expect((await host.refused('session.state', { sessionId, state: 'running' })).code).toBe('SESSION_GONE');
});
