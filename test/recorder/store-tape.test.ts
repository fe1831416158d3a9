import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { watchSpool } from '#/recorder/spool.js';
import { type PendingTape, spoolRound } from '#/recorder/spool-round.js';
import { type StoredTape, type StoreStep, storeTape } from '#/recorder/store-tape.js';
import { eventually, opened, tapeRig } from './tape-rig.js';

const exited = { kind: 'exited', status: 0, signal: null } as const;
const STEPS: readonly StoreStep[] = ['open', 'copy', 'sync', 'check', 'rename', 'tell', 'unlink', 'done'];

class Killed extends Error {}

/** A spool with one finished tape, directories for recordings, and a vault that notes what it is told. */
async function storeRig(ended = true) {
  const rig = tapeRig();
  const tape = await opened(rig.options);
  tape.append({ at: 5, kind: 'output', bytes: Buffer.from('hello\r\n') });
  await eventually(() => tape.pending === 0);
  if (ended) await tape.close(exited);
  const recordings = join(rig.directory, 'recordings');
  const spool = join(rig.directory, 'spool');
  for (const directory of [recordings, spool]) mkdirSync(directory);
  const spooled = join(spool, `${rig.recordingId}.tape`);
  renameSync(rig.path, spooled);
  const told: StoredTape[] = [];
  const said: string[] = [];
  let clock = 0;
  let pending: readonly PendingTape[] = [
    { recordingId: rig.recordingId, recordingSafe: 'PSMRecordings', live: false },
  ];
  const stored = (one: StoredTape) => {
    told.push(one);
    return Promise.resolve(done(null));
  };
  const options = { spool, recordings, recordingId: rig.recordingId, recordingSafe: 'PSMRecordings', stored };
  const spoolOptions = {
    spool,
    recordings,
    stored,
    pending: () => Promise.resolve(done(pending)),
    log: (_: string, about: Readonly<Record<string, unknown>>) => said.push(String(about['why'])),
    now: () => clock,
  };
  return {
    ...rig,
    tape,
    spool,
    recordings,
    spooled,
    told,
    said,
    options,
    spoolOptions,
    kept: join(recordings, 'PSMRecordings', `${rig.recordingId}.tape`),
    waitsFor: (next: readonly PendingTape[]) => (pending = next),
    pass: (milliseconds: number) => (clock += milliseconds),
    [Symbol.dispose]: rig[Symbol.dispose],
  };
}

describe('storing a tape', () => {
  test('copies it byte for byte, for reading only, tells the vault, and empties the spool', async () => {
    using rig = await storeRig();
    const bytes = readFileSync(rig.spooled);
    const result = await storeTape(rig.options);
    expect(result).toMatchObject({
      kind: 'stored',
      tape: { segments: 2, complete: true, durationMs: 5, bytes: bytes.length, head: rig.heads.at(-1)?.head },
    });
    expect(readFileSync(rig.kept)).toEqual(bytes);
    expect((statSync(rig.kept).mode & 0o777).toString(8)).toBe('440');
    expect(readdirSync(rig.spool)).toEqual([]);
    expect(readdirSync(join(rig.recordings, 'PSMRecordings'))).toEqual([`${rig.recordingId}.tape`]);
    expect(rig.told).toHaveLength(1);
  });

  test.each(STEPS)('killed before "%s", the next round finishes it', async (at) => {
    using rig = await storeRig();
    const bytes = readFileSync(rig.spooled);
    const killed = storeTape({
      ...rig.options,
      reached: (step) => {
        if (step === at) throw new Killed();
      },
    });
    await expect(killed).rejects.toThrow(Killed);
    // a vault that was told does not wait for it any more
    if (rig.told.length > 0) rig.waitsFor([]);
    await spoolRound(rig.spoolOptions)();
    expect(readFileSync(rig.kept)).toEqual(bytes);
    expect(readdirSync(rig.spool)).toEqual([]);
    expect(readdirSync(join(rig.recordings, 'PSMRecordings'))).toEqual([`${rig.recordingId}.tape`]);
    expect(rig.told.map(({ head }) => head)).toEqual([rig.heads.at(-1)?.head]);
  });

  test('a vault that does not answer leaves the spool as it is, and the next round tells it', async () => {
    using rig = await storeRig();
    const result = await storeTape({
      ...rig.options,
      stored: () => Promise.resolve(failed(failure('VAULT_UNAVAILABLE', 'gone'))),
    });
    expect(result).toMatchObject({ kind: 'later' });
    expect(readdirSync(rig.spool)).toHaveLength(1);
    await spoolRound(rig.spoolOptions)();
    expect(rig.told).toHaveLength(1);
    expect(readdirSync(rig.spool)).toEqual([]);
  });

  test('another tape of the same name never replaces a stored one', async () => {
    using rig = await storeRig();
    const bytes = readFileSync(rig.spooled);
    await storeTape(rig.options);
    writeFileSync(rig.spooled, bytes.subarray(0, -40));
    expect(await storeTape(rig.options)).toMatchObject({ kind: 'foreign' });
    expect(readFileSync(rig.kept)).toEqual(bytes);
  });

  test.each(['../x', '.', 'a/b', '.hidden', 'é'.repeat(200)])(
    'a recording safe named %j is no path',
    async (recordingSafe) => {
      using rig = await storeRig();
      expect(await storeTape({ ...rig.options, recordingSafe })).toMatchObject({ kind: 'later' });
      expect(rig.told).toEqual([]);
    },
  );
});

describe('a round through the spool', () => {
  test('leaves a running tape alone, however long it says nothing', async () => {
    using rig = await storeRig(false);
    rig.waitsFor([{ recordingId: rig.recordingId, recordingSafe: 'PSMRecordings', live: true }]);
    const round = spoolRound(rig.spoolOptions);
    for (let n = 0; n < 5; n += 1) {
      await round();
      rig.pass(10_000);
    }
    expect(rig.told).toEqual([]);
    await rig.tape.close(exited);
  });

  test('what a running tape has so far is in its safe, grows there as it does, and becomes the stored tape', async () => {
    using rig = await storeRig(false);
    rig.waitsFor([{ recordingId: rig.recordingId, recordingSafe: 'PSMRecordings', live: true }]);
    const growing = join(rig.recordings, 'PSMRecordings', `${rig.recordingId}.running`);
    await spoolRound(rig.spoolOptions)();
    expect(readFileSync(growing)).toEqual(readFileSync(rig.spooled));
    expect((statSync(growing).mode & 0o777).toString(8)).toBe('640');
    // a segment that is half written is not taken; a recorder that begins anew goes on where the last one was
    const round = spoolRound(rig.spoolOptions);
    const whole = readFileSync(rig.spooled);
    for (const text of ['more\r\n', 'and more\r\n']) {
      rig.tape.append({ at: 50, kind: 'output', bytes: Buffer.from(text) });
      await eventually(() => rig.tape.pending === 0);
      await round();
    }
    const now = readFileSync(rig.spooled);
    expect(readFileSync(growing)).toEqual(now);
    appendFileSync(rig.spooled, Buffer.from([0, 0, 1, 0, 1, 0]));
    await round();
    expect(readFileSync(growing)).toEqual(now);
    writeFileSync(rig.spooled, now);
    const { ino } = statSync(growing);
    await rig.tape.close(exited);
    await round();
    expect(rig.told).toMatchObject([{ complete: true, bytes: statSync(rig.kept).size }]);
    expect(readFileSync(rig.kept).subarray(0, whole.length)).toEqual(whole);
    expect(statSync(rig.kept), 'who follows it has the stored tape open').toMatchObject({ ino });
    expect((statSync(rig.kept).mode & 0o777).toString(8)).toBe('440');
    expect(readdirSync(join(rig.recordings, 'PSMRecordings'))).toEqual([`${rig.recordingId}.tape`]);
  });

  test('a copy that is not what the spool has is mended; what was taken once is not given back', async () => {
    using rig = await storeRig();
    const growing = join(rig.recordings, 'PSMRecordings', `${rig.recordingId}.running`);
    const bytes = readFileSync(rig.spooled);
    const one = bytes.indexOf(Buffer.from([0, 0, 0, 0]), 12 + bytes.readUInt32BE(8) + 4);
    mkdirSync(join(rig.recordings, 'PSMRecordings'));
    writeFileSync(growing, Buffer.concat([bytes.subarray(0, one), Buffer.alloc(300, 7)]));
    await spoolRound(rig.spoolOptions)();
    expect(readFileSync(rig.kept)).toEqual(bytes);

    // a session host that was taken over takes its last segment back, and leaves something else behind the copy's
    using other = await storeRig();
    const whole = readFileSync(other.spooled);
    mkdirSync(join(other.recordings, 'PSMRecordings'));
    writeFileSync(
      join(other.recordings, 'PSMRecordings', `${other.recordingId}.running`),
      Buffer.concat([whole, Buffer.alloc(9)]),
    );
    writeFileSync(other.spooled, whole.subarray(0, 12 + whole.readUInt32BE(8)));
    const round = spoolRound(other.spoolOptions);
    await round();
    other.pass(2500);
    await round();
    other.pass(6500);
    await round();
    expect(readFileSync(other.kept)).toEqual(whole);
    expect(other.told).toMatchObject([{ complete: true }]);
  });

  test('stores what a dead session host left behind, as cut, bytes of a half written segment included', async () => {
    using rig = await storeRig(false);
    appendFileSync(rig.spooled, Buffer.from([0, 0, 1, 0, 1, 0]));
    const bytes = readFileSync(rig.spooled);
    const round = spoolRound(rig.spoolOptions);
    await round();
    rig.pass(2500);
    await round();
    expect(rig.told, 'the vault may have been restarted a moment ago').toEqual([]);
    rig.pass(6500);
    await round();
    expect(rig.told).toMatchObject([{ complete: false, segments: 1, bytes: bytes.length }]);
    expect(readFileSync(rig.kept)).toEqual(bytes);
    await rig.tape.close(exited);
  });

  test('keeps a recording that the vault does not know where it is', async () => {
    using rig = await storeRig();
    rig.waitsFor([]);
    await spoolRound(rig.spoolOptions)();
    expect(readdirSync(rig.spool)).toEqual([`${rig.recordingId}.tape`]);
    expect(rig.said.join()).toContain('does not know');
  });

  test('moves away what is no tape, follows no link, and stores the others', async () => {
    using rig = await storeRig();
    const [one, two, three] = [...'0123'].flatMap((last) =>
      rig.recordingId.endsWith(last) ? [] : [`${rig.recordingId.slice(0, -1)}${last}.tape`],
    ) as [string, string, string];
    writeFileSync(join(rig.directory, 'secret'), 'x');
    symlinkSync(join(rig.directory, 'secret'), join(rig.spool, one));
    linkSync(join(rig.directory, 'secret'), join(rig.spool, two));
    writeFileSync(join(rig.spool, three), 'nonsense, and enough of it');
    writeFileSync(join(rig.spool, '-rf'), '');
    await spoolRound(rig.spoolOptions)();
    expect(readdirSync(rig.spool)).toEqual(['quarantine']);
    expect(readdirSync(join(rig.spool, 'quarantine'))).toHaveLength(4);
    expect((statSync(join(rig.spool, 'quarantine')).mode & 0o777).toString(8)).toBe('700');
    expect(rig.told).toHaveLength(1);
    expect(readFileSync(join(rig.directory, 'secret'), 'utf8')).toBe('x');
  });

  test('stores several side by side: none waits for the vault to have heard of another', async () => {
    using rig = await storeRig();
    const ids = [rig.recordingId];
    for (let more = 0; more < 2; more += 1) {
      using other = await storeRig();
      renameSync(other.spooled, join(rig.spool, `${other.recordingId}.tape`));
      ids.push(other.recordingId);
    }
    const all = Promise.withResolvers<void>();
    const told: string[] = [];
    await spoolRound({
      ...rig.spoolOptions,
      pending: () =>
        Promise.resolve(
          done(ids.map((recordingId) => ({ recordingId, recordingSafe: 'PSMRecordings', live: false }))),
        ),
      async stored({ recordingId }) {
        told.push(recordingId);
        if (told.length === ids.length) all.resolve();
        await all.promise;
        return done(null);
      },
    })();
    expect(told.toSorted()).toEqual(ids.toSorted());
    expect(readdirSync(rig.spool)).toEqual([]);
  });

  test('is made by itself, soon after a tape ends', async () => {
    using rig = await storeRig(false);
    const spool = watchSpool({ ...rig.spoolOptions, now: () => performance.now() });
    // the file that is still open was moved into the spool
    await rig.tape.close(exited);
    await eventually(() => rig.told.length === 1);
    await spool.stop();
    expect(rig.told).toMatchObject([{ complete: true }]);
  });
});
