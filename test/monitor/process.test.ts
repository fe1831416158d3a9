import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeFrame, FRAME } from '#/contract/frame.js';
import type { ReplayFrame } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { eventually } from '../recorder/tape-rig.js';
import { processRig, viewer } from './process-rig.js';
import { output, type Recorded, recorded } from './recorded.js';

const text = (frame: ReplayFrame) =>
  frame.lines
    .map((line) => line.map((run) => run.text).join(''))
    .join('\n')
    .trimEnd();

let tape: Recorded;

beforeEach(async () => {
  tape = await recorded([
    output(0, 'one\r\n'),
    'written',
    'keyframe',
    output(4000, 'two \x1b[31mred\x1b[0m\r\n'),
    { at: 4001, kind: 'marker', label: 'mark' },
    'written',
    'keyframe',
    output(8000, 'three\x1b]52;c;ZXZpbA==\x07\r\n'),
    'written',
    output(60_000, 'four\r\n'),
  ]);
});
afterEach(() => tape[Symbol.dispose]());

/** The monitor process with that one tape stored, and permits 'good', 'live' and 'broken' (which the vault has no key for). */
async function monitorRig() {
  const row = { id: tape.recordingId, user: 'alice' } as unknown as RecordingRow;
  const redeemed = (stored: string, recordingSafe = 'PSMRecordings') =>
    done({
      value: {
        recordingId: tape.recordingId,
        recordingSafe,
        heads: tape.heads,
        verifyKey: tape.verifyKey,
        proof: null,
        stored,
        row,
        viewer: null,
      },
    });
  const rig = await processRig('monitor', 'PSMAdminConnect', (call, args) => {
    const { permit } = args as { permit: string };
    if (call === 'replay.redeem' && permit === 'good') return Promise.resolve(redeemed('safe'));
    if (call === 'replay.redeem' && permit === 'live') return Promise.resolve(redeemed('live', 'Elsewhere'));
    if (call === 'replay.key' && permit === 'good')
      return Promise.resolve(done({ value: null, blob: tape.contentKey() }));
    return Promise.resolve(failed(failure('DENIED', 'that permit is not known')));
  });
  const safe = join(rig.paths.recordings, 'PSMRecordings');
  mkdirSync(safe);
  const stored = join(safe, `${tape.recordingId}.tape`);
  copyFileSync(tape.path, stored);
  const child = await rig.start(['monitor', 'monitor-admin']);
  return {
    ...rig,
    child,
    stored,
    watch: (name = 'monitor') => viewer(join(rig.home, `${name}.sock`)),
    [Symbol.asyncDispose]: rig[Symbol.asyncDispose],
  };
}

describe('the monitor', () => {
  test('plays, pauses, seeks both ways, jumps to markers and ends', async () => {
    await using rig = await monitorRig();
    const one = rig.watch();
    one.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 });
    expect(await one.sees('opened')).toMatchObject({
      durationMs: 60_000,
      markers: [{ at: 4001, label: 'mark' }],
      complete: true,
      row: { user: 'alice' },
    });
    const first = await one.sees('frame', (frame) => text(frame) === 'one');
    expect(first).toMatchObject({
      state: 'playing',
      speed: 1,
      columns: 80,
      rows: 24,
      left: 0,
      top: 0,
      cursor: { column: 0, row: 1 },
    });
    one.say({ type: 'pause' });
    one.say({ type: 'seek', to: 8500 });
    const later = await one.sees('frame', (frame) => text(frame) === 'one\ntwo red\nthree');
    expect(later).toMatchObject({ at: 8500, state: 'paused' });
    expect(later.lines[1]).toEqual([{ text: 'two ' }, { text: 'red', fg: 1 }]);
    one.messages.length = 0;
    one.say({ type: 'marker', direction: 'previous' });
    expect(text(await one.sees('frame', (frame) => frame.at === 4001))).toBe('one\ntwo red');
    one.say({ type: 'seek', to: 0 });
    expect(text(await one.sees('frame', (frame) => frame.at === 0))).toBe('one');
    one.say({ type: 'speed', factor: 16 });
    one.say({ type: 'idle', limit: 100 });
    one.say({ type: 'play' });
    expect(text(await one.sees('frame', (frame) => frame.state === 'ended'))).toBe(
      'one\ntwo red\nthree\nfour',
    );
    one.socket.destroy();
  });

  test('shows a part of the screen to who has less room, and moves it', async () => {
    await using rig = await monitorRig();
    const one = rig.watch();
    one.say({ type: 'replay', permit: 'good', columns: 5, rows: 2 });
    one.say({ type: 'pause' });
    one.say({ type: 'seek', to: 9000 });
    expect(text(await one.sees('frame', (frame) => frame.at === 9000))).toBe('three');
    one.say({ type: 'scroll', columns: 2, rows: -1 });
    expect(await one.sees('frame', (frame) => frame.left === 2 && frame.top === 1)).toMatchObject({
      columns: 80,
      rows: 24,
      lines: [[{ text: 'o ' }, { text: 'red', fg: 1 }], [{ text: 'ree' }]],
    });
    one.say({ type: 'resize', columns: 80, rows: 24 });
    expect(text(await one.sees('frame', (frame) => frame.lines.length === 24))).toContain(
      'one\ntwo red\nthree',
    );
    one.socket.destroy();
  });

  test('verifies, and exports in every format', async () => {
    await using rig = await monitorRig();
    const verifying = rig.watch('monitor-admin');
    verifying.say({ type: 'verify', permit: 'good' });
    expect((await verifying.sees('verdict')).verdict).toMatchObject({ kind: 'intact' });
    await verifying.closed;
    for (const [format, part] of [
      ['v2', '"version":2'],
      ['v3', '"version":3'],
      ['txt', 'two red\nthree'],
      ['html', '<!doctype html>'],
    ] as const) {
      const one = rig.watch('monitor-admin');
      one.say({ type: 'export', permit: 'good', format });
      const { bytes } = await one.sees('done');
      await one.closed;
      expect(one.bytes().length).toBe(bytes);
      expect(one.bytes().toString()).toContain(part);
    }
  });

  test('says why not: a running session of which nothing has come yet, an unknown permit, a damaged or missing file, nonsense', async () => {
    await using rig = await monitorRig();
    const told = async (say: (one: ReturnType<typeof viewer>) => void) => {
      const one = rig.watch();
      say(one);
      const { failure: why } = await one.sees('failed');
      await one.closed;
      return why;
    };
    expect(
      await told((one) => one.say({ type: 'replay', permit: 'live', columns: 80, rows: 24 })),
    ).toMatchObject({ code: 'RECORDING_NOT_STORED' });
    expect(
      await told((one) => one.say({ type: 'replay', permit: 'stolen', columns: 80, rows: 24 })),
    ).toMatchObject({ code: 'DENIED' });
    expect(
      await told((one) => one.socket.write(encodeFrame(FRAME.json, Buffer.from('{"type":"control"}')))),
    ).toMatchObject({ code: 'PROTOCOL' });
    expect(
      await told((one) => one.socket.write(encodeFrame(FRAME.json, Buffer.from('nonsense')))),
    ).toMatchObject({ code: 'PROTOCOL' });
    expect(await told((one) => one.socket.write(Buffer.alloc(9, 0xff)))).toMatchObject({ code: 'PROTOCOL' });
    const bytes = readFileSync(rig.stored);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 60) ^ 1, bytes.length - 60);
    rmSync(rig.stored);
    writeFileSync(rig.stored, bytes);
    expect(
      await told((one) => one.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 })),
    ).toMatchObject({ code: 'RECORDING_DAMAGED' });
    expect(await told((one) => one.say({ type: 'export', permit: 'good', format: 'v3' }))).toMatchObject({
      code: 'RECORDING_DAMAGED',
    });
    const verifying = rig.watch();
    verifying.say({ type: 'verify', permit: 'good' });
    expect((await verifying.sees('verdict')).verdict).toMatchObject({ kind: 'tampered' });
    rmSync(rig.stored);
    expect(
      await told((one) => one.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 })),
    ).toMatchObject({ code: 'RECORDING_MISSING' });
  });

  test('a viewer who does not read misses pictures, and holds up nobody', async () => {
    await using rig = await monitorRig();
    const slow = rig.watch();
    slow.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 });
    await slow.sees('opened');
    slow.socket.pause();
    for (let n = 0; n < 2000; n += 1) slow.say({ type: 'seek', to: n });
    const other = rig.watch();
    other.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 });
    await other.sees('frame', (frame) => text(frame) === 'one');
    other.socket.destroy();
    slow.say({ type: 'pause' });
    slow.say({ type: 'seek', to: 9000 });
    slow.socket.resume();
    await slow.sees('frame', (frame) => frame.at === 9000 && text(frame).endsWith('three'));
    expect(slow.messages.length).toBeLessThan(1000);
    slow.socket.destroy();
  });

  test('ends with exit code 0 when the supervisor says drain', async () => {
    await using rig = await monitorRig();
    const one = rig.watch();
    one.say({ type: 'replay', permit: 'good', columns: 80, rows: 24 });
    await one.sees('opened');
    rig.child.drain();
    expect(await once(rig.child, 'exit')).toEqual([0, null]);
    await one.closed;
  });
});

describe('the recorder', () => {
  test('brings what lies in the spool to its safe, goes on after being killed, and drains', async () => {
    const told: unknown[] = [];
    await using rig = await processRig('recorder', 'PSMApp', (call, args) => {
      if (call === 'recording.pending')
        return Promise.resolve(
          done({ value: [{ recordingId: tape.recordingId, recordingSafe: 'PSMRecordings', live: false }] }),
        );
      if (call === 'recording.leaving') return Promise.resolve(done({ value: [] }));
      told.push(args);
      return Promise.resolve(done({ value: null }));
    });
    const killed = await rig.start();
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const spooled = join(rig.paths.spool, `${tape.recordingId}.tape`);
    copyFileSync(tape.path, spooled);
    const child = await rig.start();
    await eventually(() => told.length === 1 && !existsSync(spooled));
    expect(told).toMatchObject([{ recordingId: tape.recordingId, complete: true, bytes: tape.bytes.length }]);
    expect(readFileSync(join(rig.paths.recordings, 'PSMRecordings', `${tape.recordingId}.tape`))).toEqual(
      tape.bytes,
    );
    expect(readdirSync(rig.paths.spool)).toEqual([]);
    child.drain();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
