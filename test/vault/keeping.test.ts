import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentKeyForWriting, ephemeralKey } from '#/recorder/tape-key.js';
import { deleteExpired } from '#/vault/retention.js';
import {
  type Client,
  client,
  component,
  furnish,
  logIn,
  makeVault,
  portal,
  type Running,
  SPACE,
  sessionHost,
  startVault,
} from './in-process.ts';

const DAY = 86_400_000;

let folder: string;
let running: Running;
let desk: Client;
let door: Client;
let recorder: Client;
let ticket: string;
let accountId: string;

beforeEach(async () => {
  folder = mkdtempSync(join(SPACE, 'vault-'));
  await makeVault(folder);
  running = await startVault({ folder });
  desk = client(running, 'admin');
  door = await portal(running);
  recorder = await component(running, ['PSMApp']);
  accountId = await furnish(desk);
  ticket = await logIn(door, 'alice', 'alice and a password');
});
afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A recording of alice's whose session has ended; its key, and how it came to its safe. */
async function recording(how: 'in its safe' | 'damaged' | 'in the spool' = 'in its safe') {
  const host = await sessionHost(running);
  const size = { columns: 80, rows: 24, term: 'xterm' };
  const { permit, sessionId } = await door.ask('person.connect', { ticket, accountId, ...size });
  await host.ask('session.landed', { permit, sessionId });
  const grant = await host.ask('session.redeem', { permit, sessionId });
  const pair = ephemeralKey(randomBytes(32));
  const ephemeral = pair.publicKey.toString('base64');
  const head = { recordingId: sessionId, head: 'a'.repeat(64) };
  await host.ask('session.head', { ...head, segments: 0, final: false, ephemeral });
  await host.ask('session.head', { ...head, segments: 5, final: true });
  await host.ask('session.ended', { sessionId, ending: { kind: 'exited', status: 0, signal: null } });
  const file = { bytes: 100, digest: 'd'.repeat(64), complete: true, durationMs: 5 };
  if (how !== 'in the spool')
    await recorder.ask('recording.stored', { ...head, segments: how === 'damaged' ? 4 : 5, ...file });
  const key = contentKeyForWriting(pair, Buffer.from(grant.recording.recipient, 'base64'));
  return { id: sessionId, ephemeral, key, recipient: grant.recording.recipient };
}

const shown = (recordingId: string) => desk.ask('admin.recordings.show', { recordingId });

async function keyOf(recordingId: string, ephemeral: string): Promise<Buffer | undefined> {
  const monitor = await component(running, ['PSMAdminConnect']);
  const permit = await door.ask('person.replay', { ticket, recordingId });
  await monitor.ask('replay.redeem', permit);
  return await monitor.blob('replay.key', { ...permit, ephemeral });
}

async function keepDays(days: number): Promise<void> {
  const where = { level: 'safe', of: 'PSMRecordings' } as const;
  await desk.ask('admin.policy.set', { ...where, setting: 'keepDays', value: String(days) });
}

describe('a recording', () => {
  test('is sealed to a key of its own, which opens it and no other', async () => {
    const [one, two] = [await recording(), await recording()];
    expect(one.recipient).not.toBe(two.recipient);
    expect(await keyOf(one.id, one.ephemeral)).toEqual(one.key);
    expect(await keyOf(two.id, two.ephemeral)).toEqual(two.key);
  });

  test('that is deleted is opened by nobody, says so, stays in the audit, and its file is removed', async () => {
    const { id } = await recording();
    const before = await door.ask('person.replay', { ticket, recordingId: id });
    await desk.ask('admin.recordings.delete', { recordingId: id, reason: 'erasure request 7' });
    const monitor = await component(running, ['PSMAdminConnect']);
    expect(await monitor.refused('replay.redeem', before)).toMatchObject({ code: 'RECORDING_DELETED' });
    for (const refusal of [
      await door.refused('person.replay', { ticket, recordingId: id }),
      await desk.refused('admin.recordings.replay', { recordingId: id, purpose: 'export' }),
      await desk.refused('admin.recordings.delete', { recordingId: id, reason: 'again' }),
      await desk.refused('admin.recordings.hold', { recordingId: id, reason: 'too late' }),
    ])
      expect(refusal).toMatchObject({ code: 'RECORDING_DELETED' });
    expect(await desk.ask('admin.recordings.list', {})).toEqual([]);
    expect(await shown(id)).toMatchObject({
      stored: 'deleted',
      deletion: { by: 'root@console', reason: 'erasure request 7', gone: false },
    });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 1000, newestFirst: true });
    expect(rows.find(({ action }) => action === 'recordingDeleted')).toMatchObject({
      code: 950,
      actor: 'root@console',
      sessionId: id,
      safe: 'PSMRecordings',
      detail: 'of alice; its key is destroyed; erasure request 7',
    });
    expect(await recorder.ask('recording.leaving', {})).toEqual([
      { recordingId: id, recordingSafe: 'PSMRecordings' },
    ]);
    await recorder.ask('recording.removed', { recordingId: id });
    expect(await recorder.ask('recording.leaving', {})).toEqual([]);
    expect(await desk.ask('admin.recordings.books', { recordingIds: [] })).toMatchObject({ findings: [] });
  });

  test('that is deleted stays deleted when the recorder says once more that it stored it', async () => {
    const { id } = await recording();
    await desk.ask('admin.recordings.delete', { recordingId: id, reason: 'erasure request 7' });
    const file = { bytes: 100, digest: 'd'.repeat(64), complete: true, durationMs: 5 };
    await recorder.ask('recording.stored', { recordingId: id, head: 'a'.repeat(64), segments: 5, ...file });
    expect(await shown(id)).toMatchObject({ stored: 'deleted' });
    expect(await recorder.ask('recording.leaving', {})).toMatchObject([{ recordingId: id }]);
  });

  test('that is deleted leaves no trace of its key in the files of the vault', async () => {
    const { id } = await recording();
    const sealed = await running.vault.store.transaction(({ sessions }) =>
      sessions.recordingKey(id as never),
    );
    const traces = (): number =>
      readdirSync(folder)
        .filter((name) => name.startsWith('vault.db'))
        .filter((name) => readFileSync(join(folder, name)).includes(sealed?.subarray(16) ?? 'no key')).length;
    expect(traces()).toBeGreaterThan(0);
    await desk.ask('admin.recordings.delete', { recordingId: id, reason: 'x' });
    expect(traces()).toBe(0);
  });

  test('cannot be deleted before it came to its safe, nor while it is on hold', async () => {
    const early = await recording('in the spool');
    const { id } = await recording();
    expect(
      await desk.refused('admin.recordings.delete', { recordingId: early.id, reason: 'x' }),
    ).toMatchObject({ code: 'RECORDING_NOT_STORED' });
    await desk.ask('admin.recordings.hold', { recordingId: id, reason: 'case 12' });
    expect(await shown(id)).toMatchObject({ hold: { by: 'root@console', reason: 'case 12' } });
    expect(await desk.refused('admin.recordings.delete', { recordingId: id, reason: 'x' })).toMatchObject({
      code: 'RECORDING_HELD',
    });
    expect(await desk.refused('admin.recordings.hold', { recordingId: id, reason: 'y' })).toMatchObject({
      code: 'BAD_INPUT',
    });
    await desk.ask('admin.recordings.release', { recordingId: id, reason: 'case closed' });
    await desk.ask('admin.recordings.delete', { recordingId: id, reason: 'x' });
    const rows = await desk.ask('admin.audit.list', { after: 0, limit: 1000, newestFirst: false });
    expect(rows.filter(({ action }) => action === 'recordingHeld').map(({ detail }) => detail)).toEqual([
      'held: case 12',
      'released: case closed',
    ]);
  });
});

describe('retention', () => {
  test('deletes what was kept as long as its safe says, and nothing on hold, unproven or younger', async () => {
    const [old, held, damaged, waiting] = [
      await recording(),
      await recording(),
      await recording('damaged'),
      await recording('in the spool'),
    ];
    await desk.ask('admin.recordings.hold', { recordingId: held.id, reason: 'case 12' });
    running.advance(31 * DAY);
    ticket = await logIn(door, 'alice', 'alice and a password');
    const young = await recording();
    expect(await deleteExpired(running.vault), 'no setting: for ever').toBe(0);
    await keepDays(32);
    expect(await deleteExpired(running.vault)).toBe(0);
    await keepDays(30);
    expect(await deleteExpired(running.vault)).toBe(1);
    expect(await deleteExpired(running.vault)).toBe(0);
    const places = await Promise.all(
      [old, held, damaged, waiting, young].map(async ({ id }) => (await shown(id)).stored),
    );
    expect(places).toEqual(['deleted', 'safe', 'safe', 'spool', 'safe']);
    expect(await shown(old.id)).toMatchObject({ deletion: { by: 'retention' } });
    const doctor = await desk.ask('admin.doctor', {});
    expect(doctor.find(({ part }) => part === 'retention')).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining(damaged.id) as string,
    });
    expect(doctor.find(({ part }) => part === 'recordings')).toMatchObject({ state: 'failure' });
    await desk.ask('admin.recordings.release', { recordingId: held.id, reason: 'closed' });
    expect(await deleteExpired(running.vault)).toBe(1);
  });

  test('says how old the oldest recording is that is not in its safe, as a metric', async () => {
    const value = async (name: string) =>
      (await desk.ask('admin.metrics', {})).find((one) => one.name === name)?.values[0]?.value;
    expect(await value('postern_recordings_not_stored_oldest_seconds')).toBe(0);
    await recording('in the spool');
    running.advance(90_000);
    expect(await value('postern_recordings_not_stored')).toBe(1);
    expect(await value('postern_recordings_not_stored_oldest_seconds')).toBeGreaterThanOrEqual(90);
    expect(await value('postern_spool_reserve_bytes')).toBe(1024 * 1024);
    expect(await value('postern_audit_rows_total')).toBeGreaterThan(5);
  });
});

test('whoever watches is judged anew while he does, and a deletion ends it', async () => {
  const { id, ephemeral } = await recording();
  const monitor = await component(running, ['PSMAdminConnect']);
  const watching = async (): Promise<{ readonly permit: string }> => {
    const permit = await door.ask('person.replay', { ticket, recordingId: id });
    await monitor.ask('replay.redeem', permit);
    await monitor.ask('replay.key', { ...permit, ephemeral });
    return permit;
  };
  const [mine, other] = [await watching(), await component(running, ['PSMAdminConnect'])];
  expect(await monitor.ask('replay.goesOn', mine)).toMatchObject({ row: { stored: 'safe' } });
  running.advance(59_000);
  expect(await monitor.ask('replay.goesOn', mine)).toMatchObject({ row: { stored: 'safe' } });
  running.advance(59_000);
  expect(await monitor.ask('replay.goesOn', mine), 'who asks is remembered').toMatchObject({ row: {} });
  expect(await other.refused('replay.goesOn', mine)).toMatchObject({ code: 'WATCHING_ENDED' });
  await desk.ask('admin.user.set', { name: 'alice', disabled: true });
  expect(await monitor.refused('replay.goesOn', mine)).toMatchObject({
    code: 'WATCHING_ENDED',
    message: expect.stringContaining('disabled') as string,
  });
  await desk.ask('admin.user.set', { name: 'alice', disabled: false });
  expect(await monitor.ask('replay.goesOn', mine)).toMatchObject({ row: { stored: 'safe' } });
  await desk.ask('admin.recordings.delete', { recordingId: id, reason: 'x' });
  expect(await monitor.refused('replay.goesOn', mine)).toMatchObject({ code: 'RECORDING_DELETED' });
});

test('people hold and delete by their rights in the recording safe, their own recordings too', async () => {
  const { id } = await recording();
  const asked = { recordingId: id, reason: 'a test' };
  const refusal = async () => [
    (await door.refused('person.recording.delete', { ticket, ...asked })).code,
    (await door.refused('person.recording.hold', { ticket, ...asked, held: true })).code,
  ];
  expect(await refusal(), 'she sees it, as it is hers').toEqual(['DENIED', 'DENIED']);
  const put = (permissions: ('deleteAccounts' | 'manageSafe' | 'listAccounts')[]) =>
    desk.ask('admin.member.add', { safe: 'PSMRecordings', member: 'alice', permissions, expiresAt: null });
  await put(['listAccounts', 'manageSafe']);
  await door.ask('person.recording.hold', { ticket, ...asked, held: true });
  await put(['listAccounts', 'deleteAccounts']);
  expect(await door.refused('person.recording.delete', { ticket, ...asked })).toMatchObject({
    code: 'RECORDING_HELD',
  });
  await put(['listAccounts', 'deleteAccounts', 'manageSafe']);
  await door.ask('person.recording.hold', { ticket, ...asked, held: false });
  await door.ask('person.recording.delete', { ticket, ...asked });
  expect(await shown(id)).toMatchObject({ stored: 'deleted', deletion: { by: 'alice' } });
  await desk.ask(
    'admin.user.add',
    { name: 'bob', groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
    Buffer.from('bob and a password'),
  );
  const bob = await logIn(door, 'bob', 'bob and a password');
  const other = await recording();
  expect(
    await door.refused('person.recording.delete', { ...asked, ticket: bob, recordingId: other.id }),
  ).toMatchObject({ code: 'NOT_FOUND' });
});

test('what the books and the audit say of a deletion must agree', async () => {
  const { id } = await recording();
  await running.vault.store.transaction((records) =>
    records.sessions.changeRecording(id as never, { stored: 'deleted' }),
  );
  expect(await desk.ask('admin.recordings.books', { recordingIds: [id] })).toMatchObject({
    findings: [{ recordingId: id, kind: 'tampered' }],
  });
});
