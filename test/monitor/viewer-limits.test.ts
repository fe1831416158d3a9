import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeJson, FrameDecoder } from '#/contract/frame.js';
import type { FromMonitor, ToMonitor } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import { done } from '#/domain/outcome.js';
import { createPlaces } from '#/monitor/places.js';
import { serveViewer, type ViewerParts } from '#/monitor/serve-viewer.js';
import { eventually } from '../recorder/tape-rig.js';
import { output, type Recorded, recorded } from './recorded.js';

let tape: Recorded;
let recordings: string;
const open: Duplex[] = [];
beforeEach(async () => {
  tape = await recorded([output(0, 'one\r\n'), 'written']);
  recordings = mkdtempSync(join(tmpdir(), 'viewers-'));
  mkdirSync(join(recordings, 'PSMRecordings'));
  copyFileSync(tape.path, join(recordings, 'PSMRecordings', `${tape.recordingId}.tape`));
});
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
  tape[Symbol.dispose]();
  rmSync(recordings, { recursive: true, force: true });
});

/** A monitor for whom a permit is the name of who holds it; '' is the console. */
function monitor({ asking = 60_000, all = 100, person = 100 } = {}) {
  const parts: ViewerParts = {
    vault: {
      redeem: (permit) =>
        Promise.resolve(
          done({
            recordingId: tape.recordingId,
            recordingSafe: 'PSMRecordings',
            heads: tape.heads,
            verifyKey: tape.verifyKey,
            list: null,
            proof: null,
            stored: 'safe',
            row: { id: tape.recordingId } as unknown as RecordingRow,
            viewer: permit === '' ? null : permit,
          }),
        ),
      key: () => Promise.resolve(done(tape.contentKey())),
      goesOn: () => Promise.resolve(done({ row: { id: tape.recordingId } as unknown as RecordingRow })),
      over: () => undefined,
    },
    recordings,
    clock: () => performance.now(),
    log: () => undefined,
    limits: { asking, all: createPlaces(all), person: createPlaces(person), searches: createPlaces(2) },
    searching: {
      redeem: () => Promise.reject(new Error('nobody searches here')),
      page: () => Promise.reject(new Error('nobody searches here')),
    },
    hostPath: () => '/nowhere',
  };
  return (from: 'portal' | 'console' = 'portal') => {
    const [here, there] = duplexPair();
    const said: FromMonitor[] = [];
    const decoder = new FrameDecoder();
    open.push(here, there);
    here.on('data', (bytes: Buffer) => {
      for (const { payload } of decoder.push(bytes)) said.push(JSON.parse(payload.toString()) as FromMonitor);
    });
    here.on('end', () => here.end());
    serveViewer(there, parts, from);
    const say = (message: ToMonitor) => here.write(encodeJson(message));
    return {
      here,
      there,
      say,
      replay: (permit: string) => say({ type: 'replay', permit, columns: 80, rows: 24 }),
      opened: () => eventually(() => said.some(({ type }) => type === 'opened')),
      /** Told why, and put down. */
      async refused() {
        await eventually(() => there.destroyed && said.length > 0);
        const [first] = said;
        return first?.type === 'failed' ? `${first.failure.code} ${first.failure.message}` : first;
      },
    };
  };
}

test('a connection that never says what it wants is put down, whatever else it says', async () => {
  const connect = monitor({ asking: 50 });
  const [silent, chatty] = [connect(), connect('console')];
  chatty.say({ type: 'play' });
  chatty.here.write(Buffer.from([0, 0]));
  for (const one of [silent, chatty])
    expect(await one.refused()).toMatch(/^PROTOCOL .*not told what to show/);
});

test('one who asked in time may stay as long as he likes', async () => {
  const one = monitor({ asking: 50 })();
  one.replay('alice');
  await one.opened();
  await new Promise((later) => setTimeout(later, 150));
  expect(one.there.destroyed).toBe(false);
});

test('who comes when all places are taken is told so, but for the console; a place that is left is free', async () => {
  const connect = monitor({ all: 2 });
  const [first, second] = [connect(), connect()];
  const third = connect();
  third.replay('carol');
  expect(await third.refused()).toMatch(/^VIEWERS_LIMIT .*the bastion has 2 viewers/);
  const console = connect('console');
  console.replay('');
  await console.opened();
  first.here.end();
  await eventually(() => first.there.destroyed);
  const fourth = connect();
  fourth.replay('carol');
  await fourth.opened();
  second.replay('alice');
  await second.opened();
});

test('one person has so many at once, others have theirs', async () => {
  const connect = monitor({ person: 1 });
  const [first, second, other] = [connect(), connect(), connect()];
  first.replay('alice');
  await first.opened();
  second.replay('alice');
  await eventually(() => second.there.writableEnded);
  other.replay('bob');
  await other.opened();
  first.here.end();
  await eventually(() => first.there.destroyed);
  const again = connect();
  again.replay('alice');
  await again.opened();
});
