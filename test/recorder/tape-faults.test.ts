import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scanTape } from '#/recorder/tape-scan.js';
import { opened, outputOf, tapeRig } from './tape-rig.js';

const exited = { kind: 'exited', status: 0, signal: null } as const;
const root = process.getuid?.() === 0;
const built = join(import.meta.dirname, '../../dist/recorder/tape.js');

/** A directory on a file system of its own, with room for so many bytes. */
function smallDisk(bytes: number) {
  const directory = mkdtempSync(join(tmpdir(), 'small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', directory], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(mounted.stderr);
  return {
    directory,
    [Symbol.dispose]: () => {
      spawnSync('umount', ['-l', directory]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

describe.runIf(root)('a full disk', () => {
  test('refuses a tape before it begins', async () => {
    using rig = tapeRig();
    using disk = smallDisk(64 * 1024);
    const free = statfsSync(disk.directory);
    await expect(
      opened({ ...rig.options, spool: disk.directory, reserveBytes: free.bavail * free.bsize + 1 }),
    ).rejects.toThrow('free in the spool');
  });

  test('ends the recording in the middle, says so, and what was written before is a valid tape', async () => {
    using rig = tapeRig();
    using disk = smallDisk(256 * 1024);
    const tape = await opened({ ...rig.options, spool: disk.directory });
    for (let at = 0; at < 40; at += 1) {
      // random bytes do not get smaller
      tape.append({ at, kind: 'output', bytes: rig.options.random(16_384) });
      await tape.drained();
    }
    expect(await tape.failed).toContain('ENOSPC');
    expect(await tape.close(exited)).toMatchObject({
      ok: false,
      failure: { code: 'RECORDER_FAILED', side: 'ours', stage: 8 },
    });
    await using handle = await open(join(disk.directory, `${rig.recordingId}.tape`));
    expect(await scanTape(handle)).toMatchObject({ kind: 'tape', ended: false });
    // the last head that was anchored is of a segment that is whole
    expect(rig.heads.every(({ final }) => !final)).toBe(true);
  });
});

describe('a session host that is killed', () => {
  test.each([30, 90, 200, 350, 600])(
    'after %i ms leaves a valid tape with all that was said to be on the disk',
    async (milliseconds) => {
      using rig = tapeRig();
      const spool = join(rig.directory, 'spool');
      mkdirSync(spool);
      const child = spawn(
        process.execPath,
        [
          join(import.meta.dirname, 'writer.mjs'),
          built,
          JSON.stringify({ spool, header: rig.options.header }),
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
      await once(child.stdout, 'data');
      setTimeout(() => child.kill('SIGKILL'), milliseconds);
      await once(child, 'close');

      const path = join(spool, `${rig.recordingId}.tape`);
      const read = await outputOf({ path, safe: rig.safe });
      expect(read.scan).toMatchObject({ kind: 'tape', ended: false });
      expect(read.scan.rest).not.toBe('foreign');
      const durable = Number(
        said
          .split('\n')
          .findLast((line) => line.startsWith('durable '))
          ?.slice(8) ?? -1,
      );
      const events = read.output.toString().split('\r\n').slice(0, -1);
      expect(events.length).toBeGreaterThan(durable);
      expect(events.every((line, at) => line === `event ${at} ${'x'.repeat(at % 5000)}`)).toBe(true);
      for (const [, segments, head] of said.matchAll(/head (\d+) ([0-9a-f]{64})\n/g))
        expect(read.headAfter(Number(segments))).toBe(head);
    },
  );
});
