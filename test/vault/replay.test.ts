import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contentKeyForWriting, ephemeralKey } from '#/recorder/tape-key.js';
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

describe('over the sockets', () => {
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

  /** A recording of alice's, the key that its tape was written with, and what stands in its header. */
  async function recorded(host: Client) {
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    await host.ask('session.landed', { permit, sessionId });
    const { recording } = await host.ask('session.redeem', { permit, sessionId });
    const pair = ephemeralKey(randomBytes(32));
    const ephemeral = pair.publicKey.toString('base64');
    await host.ask('session.head', {
      recordingId: sessionId,
      segments: 0,
      head: '0'.repeat(64),
      final: false,
      ephemeral,
    });
    return {
      id: sessionId,
      ephemeral,
      key: contentKeyForWriting(pair, Buffer.from(recording.recipient, 'base64')),
    };
  }
  const heads = (host: Client, id: string, segments: number, head: string, final = false) =>
    host.peer.call('session.head', { recordingId: id, segments, head: head.repeat(64), final });

  test('a permit opens its own recording, once, on the connection that redeemed it', async () => {
    const host = await sessionHost(running);
    const [tape, other] = [await recorded(host), await recorded(host)];
    const [monitor, thief] = [
      await component(running, ['PSMAdminConnect']),
      await component(running, ['PSMAdminConnect']),
    ];
    const { permit } = await door.ask('person.replay', { ticket, recordingId: tape.id });
    expect(await monitor.refused('replay.key', { permit, ephemeral: tape.ephemeral })).toMatchObject({
      code: 'DENIED',
    });
    expect(await monitor.ask('replay.redeem', { permit })).toMatchObject({
      recordingId: tape.id,
      recordingSafe: 'PSMRecordings',
      stored: 'live',
      row: { user: 'alice' },
    });
    expect(await thief.refused('replay.redeem', { permit })).toMatchObject({ code: 'DENIED' });
    expect(await thief.refused('replay.key', { permit, ephemeral: tape.ephemeral })).toMatchObject({
      code: 'DENIED',
    });
    expect(await monitor.blob('replay.key', { permit, ephemeral: tape.ephemeral })).toEqual(tape.key);
    expect(await monitor.refused('replay.key', { permit, ephemeral: tape.ephemeral })).toMatchObject({
      code: 'DENIED',
    });
    const second = await door.ask('person.replay', { ticket, recordingId: tape.id });
    await monitor.ask('replay.redeem', second);
    expect(await monitor.refused('replay.key', { ...second, ephemeral: other.ephemeral })).toMatchObject({
      code: 'INTEGRITY',
    });
  });

  test('a redeemed permit that is not used soon is good for nothing', async () => {
    const tape = await recorded(await sessionHost(running));
    const monitor = await component(running, ['PSMAdminConnect']);
    const ask = async (later: number) => {
      const permit = await door.ask('person.replay', { ticket, recordingId: tape.id });
      await monitor.ask('replay.redeem', permit);
      running.advance(later);
      return await monitor.peer.call('replay.key', { ...permit, ephemeral: tape.ephemeral });
    };
    expect(await ask(59_000)).toMatchObject({ ok: true });
    expect(await ask(60_001)).toMatchObject({ ok: false, failure: { code: 'DENIED' } });
  });

  test('replaying is for the owner, for auditors and for the console, and is audited', async () => {
    const { id } = await recorded(await sessionHost(running));
    await desk.ask(
      'admin.user.add',
      { name: 'bob', groups: [], mustChange: false, rights: [], expiresAt: null, logonHours: null },
      Buffer.from('pa55word'),
    );
    const bob = await logIn(door, 'bob', 'pa55word');
    expect(await door.ask('person.recordings', { ticket: bob })).toEqual([]);
    expect(await door.refused('person.replay', { ticket: bob, recordingId: id })).toMatchObject({
      code: 'NOT_FOUND',
    });
    await desk.ask('admin.group.member', { group: 'Auditors', user: 'bob', present: true });
    expect(await door.ask('person.recordings', { ticket: bob })).toMatchObject([{ id }]);
    await door.ask('person.replay', { ticket: bob, recordingId: id });
    await desk.ask('admin.recordings.replay', { recordingId: id, purpose: 'export' });
    const rows = (await desk.ask('admin.audit.list', { after: 0, limit: 100, newestFirst: false })).filter(
      (row) => row.action === 'recordingReplayed',
    );
    expect(rows).toMatchObject([
      {
        actor: 'bob',
        gateway: 'PVWAGW',
        safe: 'PSMRecordings',
        sessionId: id,
        detail: 'play while it runs, of alice',
      },
      { actor: 'root@console', gateway: null, detail: 'export while it runs, of alice' },
    ]);
  });

  test('heads come in order, begin with none and end with the final one', async () => {
    const host = await sessionHost(running);
    const { id } = await recorded(host);
    expect((await heads(host, id, 3, 'b')).ok).toBe(true);
    expect((await heads(host, id, 2, 'a')).ok).toBe(false);
    expect((await heads(host, id, 4, 'z')).ok).toBe(false);
    expect((await heads(host, id, 4, 'c', true)).ok).toBe(true);
    // the answer may have been lost: the same again is the same answer, another one is none
    expect((await heads(host, id, 4, 'c', true)).ok).toBe(true);
    expect((await heads(host, id, 4, 'd', true)).ok).toBe(false);
    expect((await heads(host, id, 5, 'd')).ok).toBe(false);
    const { permit, sessionId } = await door.ask('person.connect', {
      ticket,
      accountId,
      columns: 80,
      rows: 24,
      term: 'xterm',
    });
    await host.ask('session.landed', { permit, sessionId });
    expect((await heads(host, sessionId, 0, 'a')).ok).toBe(false);
    await host.ask('session.redeem', { permit, sessionId });
    expect((await heads(host, sessionId, 1, 'a')).ok).toBe(false);
    expect(
      (await desk.ask('admin.recordings.show', { recordingId: id })).heads.map((head) => head.segments),
    ).toEqual([0, 3, 4]);
  });

  test.each([
    ['as it was signed', { segments: 4, head: 'c' }, null, true],
    [
      'shorter than what was signed',
      { segments: 3, head: 'b' },
      'the tape has 3 segments, 4 were signed',
      false,
    ],
    [
      'with another head',
      { segments: 4, head: 'd' },
      'the head after 4 segments is not the one that was signed',
      false,
    ],
    [
      'longer than its final head',
      { segments: 5, head: 'e' },
      'the tape goes on after its final head',
      false,
    ],
  ] as const)('a tape that is stored %s', async (_what, { segments, head }, why, complete) => {
    const host = await sessionHost(running);
    const { id } = await recorded(host);
    await heads(host, id, 4, 'c', true);
    const recorder = await component(running, ['PSMApp']);
    const stored = {
      recordingId: id,
      bytes: 1,
      digest: 'f'.repeat(64),
      segments,
      head: head.repeat(64),
      complete: true,
      durationMs: 1,
    };
    expect(await recorder.refused('recording.stored', stored)).toMatchObject({ code: 'BAD_INPUT' });
    await host.ask('session.ended', { sessionId: id, ending: { kind: 'drained' } });
    await recorder.ask('recording.stored', stored);
    expect(await recorder.ask('recording.pending', {})).toEqual([]);
    expect(await desk.ask('admin.recordings.show', { recordingId: id })).toMatchObject({
      stored: 'safe',
      complete,
    });
    const [row] = await desk.ask('admin.audit.list', { after: 0, limit: 1, newestFirst: true });
    expect(row).toMatchObject(
      why === null
        ? { outcome: 'ok', actor: 'PSMApp' }
        : { outcome: 'failure', failureCode: 'INTEGRITY', detail: why },
    );
  });
});
