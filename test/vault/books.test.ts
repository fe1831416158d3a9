import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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

let folder: string;
let running: Running;
let desk: Client;

beforeEach(async () => {
  folder = mkdtempSync(join(SPACE, 'vault-'));
  await makeVault(folder);
  running = await startVault({ folder });
  desk = client(running, 'admin');
});
afterEach(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Two recordings that came to their safe; their ids. */
async function twoRecordings(): Promise<readonly [string, string]> {
  const accountId = await furnish(desk);
  const door = await portal(running);
  const ticket = await logIn(door, 'alice', 'alice and a password');
  const host = await sessionHost(running);
  const recorder = await component(running, ['PSMApp']);
  const one = async (): Promise<string> => {
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    await host.ask('session.landed', { permit, sessionId });
    await host.ask('session.redeem', { permit, sessionId });
    const head = { recordingId: sessionId, head: 'a'.repeat(64) };
    await host.ask('session.head', { ...head, segments: 0, final: false });
    await host.ask('session.head', { ...head, segments: 3, final: false });
    await host.ask('session.head', { ...head, segments: 5, final: true });
    await host.ask('session.ended', { sessionId, ending: { kind: 'exited', status: 0, signal: null } });
    await recorder.ask('recording.stored', {
      ...head,
      segments: 5,
      bytes: 100,
      digest: 'd'.repeat(64),
      complete: true,
      durationMs: 5,
    });
    return sessionId;
  };
  return [await one(), await one()];
}

async function tamper(sql: string): Promise<void> {
  await running.stop();
  const database = new DatabaseSync(join(folder, 'vault.db'));
  database.exec(`pragma foreign_keys = off; ${sql}`);
  database.close();
  running = await startVault({ folder });
  desk = client(running, 'admin');
}

const books = (recordingIds: string[] = []) => desk.ask('admin.recordings.books', { recordingIds });

describe('the books of recordings against the audit', () => {
  test('agree when nobody touched them', async () => {
    const ids = await twoRecordings();
    expect(await books()).toMatchObject({ audited: 2, findings: [] });
    expect(await books([ids[0]])).toMatchObject({ findings: [] });
    expect((await desk.ask('admin.recordings.ids', { after: '', limit: 10 })).map(({ id }) => id)).toEqual(
      [...ids].sort(),
    );
    expect(await desk.ask('admin.recordings.ids', { after: [...ids].sort()[1] ?? '', limit: 10 })).toEqual(
      [],
    );
    expect(await desk.refused('admin.recordings.books', { recordingIds: ['nix'] })).toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test.each<[string, string, object]>([
    [
      'a recording taken out',
      "delete from heads where recording_id = 'ID'; delete from recordings where id = 'ID'",
      { kind: 'missing', detail: 'it was taken out of the books: the audit has 4 of its heads' },
    ],
    [
      'its final head and its statement taken away, as if its writer had died',
      "delete from heads where recording_id = 'ID' and final = 1; update recordings set proof = null where id = 'ID'",
      { kind: 'tampered', detail: 'its 2 heads in the books are not the 4 that the audit has' },
    ],
    [
      'a head changed',
      "update heads set segments = 4 where recording_id = 'ID' and segments = 3",
      { kind: 'tampered' },
    ],
    [
      'its statement exchanged for that of another',
      "update recordings set proof = (select proof from recordings r where r.id = 'OTHER') where id = 'ID'",
      { kind: 'tampered' },
    ],
  ])('name the recording: %s', async (_what, sql, finding) => {
    const [id, other] = await twoRecordings();
    await tamper(sql.replaceAll('ID', id).replaceAll('OTHER', other));
    const found = [expect.objectContaining({ recordingId: id, ...finding })];
    expect((await books()).findings).toEqual(found);
    expect((await books([id])).findings).toEqual(found);
    expect((await books([other])).findings).toEqual([]);
  });

  test('name what the audit never heard of, and an audit that was changed to fit', async () => {
    const [id] = await twoRecordings();
    await tamper(
      `drop trigger audit_is_not_deleted; delete from audit where session_id = '${id}' and action = 'recordingHead'`,
    );
    running.advance(120_000);
    const { findings } = await books();
    expect(findings).toEqual([
      expect.objectContaining({ recordingId: null, kind: 'tampered' }),
      expect.objectContaining({ recordingId: id, detail: 'the audit knows nothing of it' }),
    ]);
  });

  test('name a tape that never came to its safe', async () => {
    const [id] = await twoRecordings();
    await tamper(`update recordings set stored = 'spool' where id = '${id}'`);
    expect((await books()).findings).toEqual([]);
    running.advance(11 * 60_000);
    expect((await books()).findings).toEqual([expect.objectContaining({ recordingId: id, kind: 'missing' })]);
  });
});

test('a tape without its end is a crash only after an end that can cut it', async () => {
  const accountId = await furnish(desk);
  const door = await portal(running);
  const ticket = await logIn(door, 'alice', 'alice and a password');
  const host = await sessionHost(running);
  const recorder = await component(running, ['PSMApp']);
  const states: unknown[] = [];
  for (const kind of ['session-host-died', 'owner-ended'] as const) {
    const size = { columns: 80, rows: 24, term: 'xterm' };
    const { permit, sessionId } = await door.ask('person.connect', { ticket, accountId, ...size });
    await host.ask('session.landed', { permit, sessionId });
    await host.ask('session.redeem', { permit, sessionId });
    const head = { recordingId: sessionId, head: 'a'.repeat(64), segments: 0 };
    await host.ask('session.head', { ...head, final: false });
    await host.ask('session.ended', { sessionId, ending: { kind } });
    const tape = { bytes: 100, digest: 'd'.repeat(64), complete: false, durationMs: 5 };
    await recorder.ask('recording.stored', { ...head, ...tape });
    const { permit: replay } = await door.ask('person.replay', { ticket, recordingId: sessionId });
    const monitor = await component(running, ['PSMAdminConnect']);
    states.push((await monitor.ask('replay.redeem', { permit: replay })).proof?.state);
  }
  expect(states).toEqual(['cut', 'damaged']);
});
