import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tapeRig } from './tape-rig.js';

/** Users that the host need not know: psmconnect, psmapp, psmadminconnect, and anybody else. */
const UIDS = { host: 64_101, recorder: 64_102, monitor: 64_103, somebody: 64_104 } as const;
const house = join(import.meta.dirname, '../..');

/** Runs as that user, who sees the house at a place that he can reach, wherever it lies. */
function as(directory: string, who: keyof typeof UIDS, verb: string, given: object): unknown {
  const id = String(UIDS[who]);
  const seen = join(directory, 'house');
  mkdirSync(seen, { recursive: true });
  const there = (path: string) => path.replace(house, seen);
  const node = [
    there(process.execPath),
    there(join(import.meta.dirname, 'act.mjs')),
    join(seen, 'dist'),
    verb,
    JSON.stringify(given),
  ];
  const script = 'mount --bind "$0" "$1" && shift && exec setpriv "$@"';
  const command = [
    '--mount',
    'sh',
    '-c',
    script,
    house,
    seen,
    '--reuid',
    id,
    '--regid',
    id,
    '--clear-groups',
    ...node,
  ];
  const ran = spawnSync('unshare', command, { encoding: 'utf8', cwd: '/' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout) as unknown;
}

/** The spool as every start of the supervisor leaves it. */
function asLaidOut(spool: string): void {
  chownSync(spool, UIDS.recorder, UIDS.host);
  chmodSync(spool, 0o1730);
}

/** Spool and recordings with the owners and modes that the supervisor gives them. */
function places(directory: string) {
  const [spool, recordings] = [join(directory, 'spool'), join(directory, 'recordings')];
  chmodSync(directory, 0o711);
  mkdirSync(spool);
  asLaidOut(spool);
  mkdirSync(recordings);
  chownSync(recordings, UIDS.recorder, UIDS.monitor);
  chmodSync(recordings, 0o2750);
  return { spool, recordings };
}

describe.runIf(process.getuid?.() === 0)('a tape, between its users', () => {
  test('is written by one, stored by another, read by a third, and each can do no more', () => {
    using rig = tapeRig();
    const { spool, recordings } = places(rig.directory);
    const spooled = join(spool, `${rig.recordingId}.tape`);
    expect(as(rig.directory, 'host', 'write', { spool, header: rig.options.header })).toBe(true);
    expect((statSync(spooled).mode & 0o777).toString(8)).toBe('4');
    for (const who of ['host', 'monitor', 'somebody'] as const) {
      expect(as(rig.directory, who, 'list', { path: spool }), who).toBe('EACCES');
      expect(as(rig.directory, who, 'read', { path: spooled }), who).toBe('EACCES');
    }
    expect(as(rig.directory, 'somebody', 'remove', { path: spooled })).toMatch(/EPERM|EACCES/);
    for (const who of ['monitor', 'somebody'] as const)
      expect(as(rig.directory, who, 'append', { path: join(spool, 'squat.tape') }), who).toBe('EACCES');

    const kept = join(recordings, 'PSMRecordings', `${rig.recordingId}.tape`);
    const options = { spool, recordings, recordingId: rig.recordingId, recordingSafe: 'PSMRecordings' };
    expect(as(rig.directory, 'recorder', 'store', options)).toBe('stored');
    expect(as(rig.directory, 'recorder', 'list', { path: spool })).toBe(0);
    const { uid, gid, mode } = statSync(kept);
    expect({ uid, gid, mode: (mode & 0o7777).toString(8) }).toEqual({
      uid: UIDS.recorder,
      gid: UIDS.monitor,
      mode: '440',
    });
    expect(as(rig.directory, 'monitor', 'read', { path: kept })).toBe(statSync(kept).size);
    for (const verb of ['append', 'remove'])
      expect(as(rig.directory, 'monitor', verb, { path: kept }), verb).toBe('EACCES');
    for (const who of ['host', 'somebody'] as const)
      expect(as(rig.directory, who, 'read', { path: kept }), who).toBe('EACCES');
  });

  test('that waits in a spool of the first releases is stored all the same', () => {
    using rig = tapeRig();
    const { spool, recordings } = places(rig.directory);
    chownSync(spool, UIDS.recorder, UIDS.recorder);
    chmodSync(spool, 0o3733);
    const spooled = join(spool, `${rig.recordingId}.tape`);
    expect(as(rig.directory, 'host', 'write', { spool, header: rig.options.header })).toBe(true);
    chmodSync(spooled, 0o040);
    expect(statSync(spooled)).toMatchObject({ uid: UIDS.host, gid: UIDS.recorder });
    asLaidOut(spool);
    const options = { spool, recordings, recordingId: rig.recordingId, recordingSafe: 'PSMRecordings' };
    expect(as(rig.directory, 'recorder', 'store', options)).toBe('stored');
  });

  test('is stored without service accounts, too, where its writer and the recorder are one', () => {
    using rig = tapeRig();
    const { spool, recordings } = places(rig.directory);
    for (const path of [spool, recordings]) chownSync(path, UIDS.somebody, UIDS.somebody);
    chmodSync(spool, 0o700);
    expect(as(rig.directory, 'somebody', 'write', { spool, header: rig.options.header })).toBe(true);
    const options = { spool, recordings, recordingId: rig.recordingId, recordingSafe: 'PSMRecordings' };
    expect(as(rig.directory, 'somebody', 'store', options)).toBe('stored');
  });
});
