import { statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import type { TapeEvent } from '#/domain/tape.js';
import { openTape } from '#/recorder/tape.js';
import { scanTape } from '#/recorder/tape-scan.js';
import { anchored, eventually, opened, outputOf, readAll, tapeRig } from './tape-rig.js';

const exited = { kind: 'exited', status: 0, signal: null } as const;
const output = (at: number, text: string | Buffer): TapeEvent => ({
  at,
  kind: 'output',
  bytes: Buffer.from(text),
});

describe('openTape', () => {
  test('anchors its first head before it resolves, and its last when it closes', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    expect(rig.heads).toHaveLength(1);
    expect(rig.heads[0]).toMatchObject({ segments: 0, final: false });
    tape.append(output(0, 'hello'));
    tape.append({ at: 0, kind: 'activity', activity: { kind: 'command', how: 'exec', text: 'ls' } });
    const closed = await tape.close(exited);
    expect(closed).toMatchObject({ ok: true, value: { segments: 3, bytes: statSync(rig.path).size } });
    expect(rig.heads.at(-1)).toEqual({
      segments: 3,
      head: closed.ok ? closed.value.head : '',
      final: true,
      end: { ending: exited, activities: { commands: 1, transfers: 0 } },
    });
  });

  test('the file is for whose directory it lies in, and holds nothing that can be read', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    tape.append(output(0, 'hunter2'.repeat(50)));
    await tape.close(exited);
    expect((statSync(rig.path).mode & 0o777).toString(8)).toBe('400');
    const bytes = await readAll(rig.path);
    expect(bytes.includes('hunter2')).toBe(false);
    expect(bytes.includes('root@web1')).toBe(true);
  });

  test('what was appended is on the disk soon, without any close', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    const before = statSync(rig.path).size;
    tape.append(output(0, 'x'));
    await eventually(() => statSync(rig.path).size > before && tape.pending === 0);
    await tape.close(exited);
  });

  test('waits for the disk twice when it is short: for its header, and for all the rest with the end', async () => {
    using rig = tapeRig();
    await using handle = await open('/dev/null');
    using flushes = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'datasync');
    const tape = await opened({ ...rig.options, timing: { batch: 60_000, anchor: 60_000 } });
    tape.append({ at: 0, kind: 'marker', label: 'begins' });
    tape.append(output(1, 'some output'));
    tape.text([{ at: 1, kind: 'screen', text: 'some output' }]);
    expect(await tape.close(exited)).toMatchObject({ ok: true, value: { segments: 3 } });
    expect(flushes).toHaveBeenCalledTimes(2);
    expect((await outputOf(rig)).output.toString()).toBe('some output');
  });

  test('any output in any pieces comes back byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 40 }),
        fc.boolean(),
        async (chunks, drain) => {
          using rig = tapeRig();
          const tape = await opened(rig.options);
          for (const [index, chunk] of chunks.entries()) {
            tape.append(output(index, Buffer.from(chunk)));
            if (drain) await tape.drained();
          }
          await tape.close(exited);
          expect((await outputOf(rig)).output).toEqual(Buffer.concat(chunks));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('keeps every byte when output comes faster than it is written, and lets the source wait', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    const chunk = Buffer.alloc(64 * 1024, 'abcdefgh\r\n');
    let most = 0;
    for (let at = 0; at < 200; at += 1) {
      tape.append(output(at, chunk));
      most = Math.max(most, tape.pending);
      if (tape.pending > 1024 * 1024) await tape.drained();
    }
    expect(tape.outputBytes).toBe(200 * chunk.length);
    await tape.close(exited);
    expect((await outputOf(rig)).output.length).toBe(200 * chunk.length);
    expect(most).toBeLessThan(2 * 1024 * 1024);
  });

  test('is refused when its first head is not taken, and leaves no file', async () => {
    using rig = tapeRig();
    const outcome = await openTape({
      ...rig.options,
      anchor: () => Promise.resolve(failed(failure('AUDIT_UNAVAILABLE', 'disk full'))),
    });
    expect(outcome).toMatchObject({ ok: false, failure: { code: 'RECORDER_UNAVAILABLE' } });
    expect(() => statSync(rig.path)).toThrow('ENOENT');
  });

  test('is refused when too little space is free, when there is no spool, when the name is taken', async () => {
    using rig = tapeRig();
    const refused = { ok: false, failure: { code: 'RECORDER_UNAVAILABLE', side: 'ours', stage: 5 } };
    expect(await openTape({ ...rig.options, reserveBytes: Number.MAX_SAFE_INTEGER })).toMatchObject(refused);
    expect(await openTape({ ...rig.options, spool: `${rig.directory}/none` })).toMatchObject(refused);
    writeFileSync(rig.path, 'mine');
    expect(await openTape(rig.options)).toMatchObject(refused);
    expect((await readAll(rig.path)).toString()).toBe('mine');
  });

  test.each(['../../etc/passwd', '', 'x'])('is refused for the recording id %j', async (recordingId) => {
    using rig = tapeRig();
    expect(await openTape({ ...rig.options, header: { ...rig.options.header, recordingId } })).toMatchObject({
      ok: false,
    });
  });

  test('a vault that is away is waited for; one that refuses a head ends the recording', async () => {
    using rig = tapeRig();
    let answer: 'away' | 'refuse' = 'away';
    let asked = 0;
    const tape = await opened({
      ...rig.options,
      anchor: (segments, head, end) => {
        asked += 1;
        if (segments === 0) return Promise.resolve(anchored(rig.recordingId, segments, head, end !== null));
        return Promise.resolve(failed(failure(answer === 'away' ? 'VAULT_UNAVAILABLE' : 'INTEGRITY', 'no')));
      },
    });
    tape.append(output(0, 'x'));
    await eventually(() => asked >= 3);
    expect(await Promise.race([tape.failed, Promise.resolve('goes on')])).toBe('goes on');
    answer = 'refuse';
    expect(await tape.failed).toContain('Integrity');
    await expect(tape.close(exited)).resolves.toMatchObject({
      ok: false,
      failure: { code: 'RECORDER_FAILED' },
    });
  });

  test('heads are anchored while the session runs', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    tape.append(output(0, 'x'));
    await eventually(() => rig.heads.some(({ segments, final }) => segments === 1 && !final));
    await tape.close(exited);
  });

  test('what comes after the end is not taped, and said', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    const closing = tape.close(exited);
    tape.append(output(0, 'late'));
    expect(await tape.failed).toContain('after the end');
    expect(await closing).toMatchObject({ ok: true });
  });
});

describe('a tape on the disk', () => {
  test('cut at every byte it is a tape that was cut, with all its whole segments', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    for (let at = 0; at < 3; at += 1) {
      tape.append(output(at, `line ${at}\r\n`));
      const here = at;
      await eventually(() => tape.pending === 0 && here >= 0);
    }
    await tape.close(exited);
    const whole = await readAll(rig.path);
    const headerBytes = 12 + whole.readUInt32BE(8);
    for (let cut = headerBytes; cut <= whole.length; cut += 1) {
      writeFileSync(`${rig.directory}/cut`, whole.subarray(0, cut));
      await using handle = await open(`${rig.directory}/cut`);
      const scan = await scanTape(handle);
      expect(scan).toMatchObject({ kind: 'tape', ended: cut === whole.length });
      expect(scan.kind === 'tape' && scan.rest !== 'foreign' && scan.bytes <= cut).toBe(true);
    }
  });

  test('is read up to a segment of a type that version 1 does not have, and no further', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    tape.append(output(0, 'line\r\n'));
    await tape.close(exited);
    const places: number[] = [];
    await using handle = await open(rig.path, 'r+');
    await scanTape(handle, ({ offset }) => void places.push(offset));
    const [last = 0] = places.slice(-1);
    await handle.write(Buffer.of(6), 0, 1, last + 4);
    expect(await scanTape(handle)).toMatchObject({
      segments: places.length - 1,
      bytes: last,
      rest: 'foreign',
      ended: false,
    });
  });
});

describe('limits of a segment', () => {
  test('hold for the worst that can be appended', async () => {
    using rig = tapeRig();
    const tape = await opened(rig.options);
    // control characters take six bytes each, and one broken byte has all of them kept a second time
    const worst = Buffer.alloc(256 * 1024, 1);
    worst.writeUInt8(0xff, 7);
    for (let at = 0; at < 16; at += 1) tape.append({ at: at % 2, kind: 'output', bytes: worst });
    for (let at = 0; at < 40_000; at += 1) tape.append({ at: at + 0.4, kind: 'marker', label: `m${at}` });
    tape.keyframe({ at: 1, columns: 1000, rows: 500, screen: '\x1b'.repeat(4 * 1024 * 1024) });
    expect(await tape.close(exited)).toMatchObject({ ok: true });
    expect((await outputOf(rig)).output.equals(Buffer.concat(Array.from({ length: 16 }, () => worst)))).toBe(
      true,
    );
  });
});
