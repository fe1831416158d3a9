import { appendFileSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ReplayFrame } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { processRig, viewer } from './process-rig.js';
import { output, type Recorded, recorded, segmentsOf } from './recorded.js';

const text = (frame: ReplayFrame) =>
  frame.lines
    .map((line) => line.map((run) => run.text).join(''))
    .join('\n')
    .trimEnd();

let tape: Recorded;
let rig: Awaited<ReturnType<typeof runningRig>>;

beforeEach(async () => {
  tape = await recorded([
    output(0, 'one\r\n'),
    'written',
    'keyframe',
    output(4000, 'two\r\n'),
    { at: 4001, kind: 'marker', label: 'mark' },
    'written',
    output(9000, 'three\r\n'),
    { at: 9001, kind: 'activity', activity: { kind: 'command', how: 'prompt', text: 'uptime' } },
    'written',
    output(12_000, 'four\r\n'),
  ]);
  rig = await runningRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  tape[Symbol.dispose]();
});

/** The monitor process, and of that tape what a recorder would have brought to its safe: the first segments, then more and more. */
async function runningRig() {
  let row = {
    id: tape.recordingId,
    user: 'alice',
    endedAt: null,
    outcome: 'running',
    stored: 'live',
  } as unknown as RecordingRow;
  let allowed = true;
  const over: string[] = [];
  const heads = tape.heads.filter(({ final }) => !final);
  const around = await processRig('monitor', 'PSMAdminConnect', (call, args) => {
    const { permit } = args as { permit: string };
    const { recordingId, verifyKey } = tape;
    const proven = { heads, verifyKey, proof: null, stored: 'live', row, viewer: 'audrey' };
    if (call === 'replay.redeem')
      return Promise.resolve(done({ value: { recordingId, recordingSafe: 'PSMRecordings', ...proven } }));
    if (call === 'replay.key') return Promise.resolve(done({ value: null, blob: tape.contentKey() }));
    if (call === 'replay.over') over.push(permit);
    if (call === 'replay.over') return Promise.resolve(done({ value: null }));
    return Promise.resolve(
      allowed ? done({ value: { row } }) : failed(failure('WATCHING_ENDED', 'the right was taken away')),
    );
  });
  const safe = join(around.paths.recordings, 'PSMRecordings');
  mkdirSync(safe);
  const running = join(safe, `${tape.recordingId}.running`);
  const segments = segmentsOf(tape);
  writeFileSync(running, tape.bytes.subarray(0, tape.headerBytes));
  const child = await around.start(['monitor', 'monitor-admin']);
  let written = 0;
  return {
    ...around,
    child,
    running,
    over,
    segments,
    /** So many segments of all are there, and, of the next one, so many bytes. */
    write(upTo: number, more = 0) {
      for (; written < upTo; written += 1) appendFileSync(running, segments[written] ?? '');
      if (more > 0) appendFileSync(running, segments[written]?.subarray(0, more) ?? '');
    },
    becomes(change: Partial<RecordingRow>) {
      row = { ...row, ...change };
    },
    forbid: () => (allowed = false),
    store: () => renameSync(running, join(safe, `${tape.recordingId}.tape`)),
    watch: (name = 'monitor') => viewer(join(around.home, `${name}.sock`)),
    [Symbol.asyncDispose]: around[Symbol.asyncDispose],
  };
}

/** Segments up to and with the one that has that moment. */
function segmentsUntil(at: number): number {
  const place = rig.segments.findIndex((one) => one.readUInt8(4) === 1 && one.readUInt32BE(13) >= at);
  if (place < 0) throw new Error('no such moment');
  return place + 1;
}

test('opens at the start, grows, follows the present, and at its end is a recording like any other', async () => {
  rig.write(segmentsUntil(4001));
  const one = rig.watch();
  one.say({ type: 'replay', permit: 'p', columns: 80, rows: 24 });
  expect(await one.sees('opened')).toMatchObject({
    durationMs: 4001,
    running: true,
    complete: false,
    markers: [{ at: 4001, label: 'mark' }],
  });
  expect(text(await one.sees('frame'))).toBe('one');
  one.say({ type: 'transcript', rows: 10, from: null });
  one.say({ type: 'seek', to: Number.MAX_SAFE_INTEGER });
  expect(text(await one.sees('frame', ({ state }) => state === 'following'))).toBe('one\ntwo');
  rig.write(segmentsUntil(9001));
  expect(await one.sees('grown', ({ durationMs }) => durationMs === 9001)).toMatchObject({
    running: true,
    markers: [{ at: 9001, label: 'command uptime' }],
  });
  expect(text(await one.sees('frame', ({ at }) => at === 9001))).toBe('one\ntwo\nthree');
  // back in time while it runs, and what comes does not take him along
  one.say({ type: 'pause' });
  one.say({ type: 'seek', to: 100 });
  await one.sees('frame', ({ at, state }) => at === 100 && state === 'paused');
  one.messages.length = 0;
  rig.write(segmentsUntil(12_000));
  await one.sees('grown', ({ durationMs }) => durationMs === 12_000);
  expect(one.messages.filter(({ type }) => type === 'frame')).toEqual([]);
  one.say({ type: 'seek', to: Number.MAX_SAFE_INTEGER });
  expect(text(await one.sees('frame', ({ state }) => state === 'following'))).toBe('one\ntwo\nthree\nfour');

  rig.write(rig.segments.length);
  rig.store();
  rig.becomes({ endedAt: 1, outcome: 'exited', stored: 'safe' });
  expect(await one.sees('grown', ({ running }) => !running)).toMatchObject({
    complete: true,
    row: { outcome: 'exited' },
  });
  await one.sees('frame', ({ state }) => state === 'ended');
  await one.sees('transcript', ({ whole, lines }) => whole && lines.some((line) => line.text === 'uptime'));
  one.say({ type: 'marker', direction: 'previous' });
  await one.sees('frame', ({ at }) => at === 9001);
  one.socket.destroy();
  while (!rig.over.includes('p')) await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a segment that is half there is read when it is whole; a session host that died leaves a cut one', async () => {
  rig.write(1, 20);
  const one = rig.watch();
  one.say({ type: 'replay', permit: 'p', columns: 80, rows: 24 });
  expect(await one.sees('opened')).toMatchObject({ durationMs: 0, running: true });
  expect(text(await one.sees('frame', ({ state }) => state === 'following'))).toBe('one');
  const whole = rig.segments[1] ?? Buffer.alloc(0);
  appendFileSync(rig.running, whole.subarray(20));
  appendFileSync(rig.running, rig.segments[2] ?? '');
  await one.sees('frame', (frame) => text(frame).startsWith('one\ntwo'));
  rig.becomes({ endedAt: 1, outcome: 'session-host-died' });
  rig.becomes({ stored: 'safe' });
  expect(await one.sees('grown', ({ running }) => !running)).toMatchObject({ complete: false });
  await one.sees('frame', ({ state }) => state === 'ended');
  one.socket.destroy();
});

test('a right that is taken away ends the following, and nothing more is shown', async () => {
  rig.write(1);
  const one = rig.watch();
  one.say({ type: 'replay', permit: 'p', columns: 80, rows: 24 });
  await one.sees('frame', ({ state }) => state === 'following');
  rig.forbid();
  expect(await one.sees('failed')).toMatchObject({ failure: { code: 'WATCHING_ENDED' } });
  await one.closed;
  rig.write(rig.segments.length);
  expect(one.messages.filter((message) => message.type === 'frame').map(text)).not.toContain('one\ntwo');
});

test('verifies as running what was signed so far, and finds a bit that was changed', async () => {
  const verdict = async () => {
    const one = rig.watch('monitor-admin');
    one.say({ type: 'verify', permit: 'p' });
    const said = await one.sees('verdict');
    await one.closed;
    return said.verdict;
  };
  rig.write(2);
  expect(await verdict()).toMatchObject({ kind: 'running', segments: 2 });
  const bytes = readFileSync(rig.running);
  const copy = `${rig.running}.kept`;
  copyFileSync(rig.running, copy);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
  writeFileSync(rig.running, bytes);
  expect(await verdict()).toMatchObject({ kind: 'tampered', segment: 1 });
  renameSync(copy, rig.running);
  const one = rig.watch('monitor-admin');
  one.say({ type: 'export', permit: 'p', format: 'txt' });
  await one.closed;
  expect(one.bytes().toString()).toMatch(/^one\n[^]*\[unfinished: /);
});
