import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProfilePlace, prepareProfile, quarantine } from '#/supervisor/profile.js';
import { judgeProfile, MARKER, markerText, type ProfileFacts } from '#/supervisor/profile-verdict.js';

const uid = 2_040_001;
const now = new Date('2026-11-23T12:00:00.000Z');
let folder: string;
let place: ProfilePlace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'profile-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 'quarantine'), { mode: 0o700 });
  place = {
    uid,
    gid: uid,
    markerUid: 0,
    version: 1,
    limitMb: 1,
    root: true,
    path: join(folder, String(uid)),
    quarantine: join(folder, 'quarantine'),
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const asShadow = (name: string, text = ''): void => {
  const path = join(place.path, name);
  writeFileSync(path, text);
  chownSync(path, uid, uid);
};

describe.runIf(process.getuid?.() === 0)('a profile', () => {
  it('is made at the first connection, and left alone after it', async () => {
    expect(await prepareProfile(place, now)).toEqual({ kind: 'ready', healed: null });
    expect(lstatSync(place.path)).toMatchObject({ uid, gid: uid });
    expect(lstatSync(place.path).mode & 0o7777).toBe(0o700);
    expect(lstatSync(join(place.path, MARKER)).uid).toBe(0);
    asShadow('history', 'ls\n');
    expect(await prepareProfile(place, now)).toEqual({ kind: 'ready', healed: null });
    expect(readFileSync(join(place.path, 'history'), 'utf8')).toBe('ls\n');
    expect(readdirSync(place.quarantine)).toEqual([]);
  });

  const faults: readonly [string, (path: string) => void, RegExp][] = [
    ['a wide mode', (path) => chmodSync(path, 0o755), /mode 0755/],
    ['another owner', (path) => chownSync(path, 4711, 4711), /belonged to 4711:4711/],
    ['no marker', (path) => rmSync(join(path, MARKER)), /no marker/],
    [
      'a forged marker',
      (path) => (
        rmSync(join(path, MARKER)),
        writeFileSync(join(path, MARKER), markerText(1)),
        chownSync(join(path, MARKER), uid, uid)
      ),
      /forged marker/,
    ],
    ['a marker without end', (path) => truncateSync(join(path, MARKER), 3 * 2 ** 30), /another version/],
    [
      'a marker that leads elsewhere',
      (path) => (rmSync(join(path, MARKER)), symlinkSync('/etc/passwd', join(path, MARKER))),
      /forged marker/,
    ],
    ['.ssh leading elsewhere', (path) => symlinkSync('/etc', join(path, '.ssh')), /symbolic link/],
    [
      'a file of somebody else',
      (path) => (writeFileSync(join(path, 'x'), ''), chownSync(join(path, 'x'), 4711, 4711)),
      /file of uid 4711/,
    ],
    [
      'a file in its place',
      (path) => (rmSync(path, { recursive: true }), writeFileSync(path, '')),
      /not a directory/,
    ],
    [
      'a link in its place',
      (path) => (rmSync(path, { recursive: true }), symlinkSync('/root', path)),
      /symbolic link/,
    ],
    [
      'no way to write',
      (path) => (mkdirSync(join(path, '.postern-probe')), chownSync(join(path, '.postern-probe'), uid, uid)),
      /cannot be written/,
    ],
  ];
  it.each(faults)('with %s is put aside and made anew', async (_, spoil, why) => {
    await prepareProfile(place, now);
    spoil(place.path);
    const prepared = await prepareProfile(place, now);
    expect(prepared.kind).toBe('ready');
    expect(prepared.kind === 'ready' && prepared.healed).toMatch(why);
    expect(readdirSync(place.quarantine)).toEqual([`${uid}-2026-11-23T120000000Z`]);
    expect(await prepareProfile(place, now)).toEqual({ kind: 'ready', healed: null });
  });

  it('of an earlier version is put aside', async () => {
    await prepareProfile(place, now);
    expect(await prepareProfile({ ...place, version: 2 }, now)).toEqual({
      kind: 'ready',
      healed: 'was of another version',
    });
  });

  it('over its limit is refused with its size, and nothing is thrown away', async () => {
    await prepareProfile(place, now);
    asShadow('large', 'x'.repeat(2 * 1024 * 1024));
    expect(await prepareProfile(place, now)).toEqual({ kind: 'over-quota', detail: '3 MB of 1 MB' });
    expect(existsSync(join(place.path, 'large'))).toBe(true);
  });

  it('of somebody else stays as it is when one is healed', async () => {
    const other = { ...place, uid: uid + 1, gid: uid + 1, path: join(folder, String(uid + 1)) };
    await prepareProfile(place, now);
    await prepareProfile(other, now);
    const before = lstatSync(other.path).ino;
    chmodSync(place.path, 0o777);
    await prepareProfile(place, now);
    expect(lstatSync(other.path).ino).toBe(before);
  });

  it('that is not there needs no quarantine', async () => {
    await quarantine(place, now);
    expect(readdirSync(place.quarantine)).toEqual([]);
  });
});

describe('the verdict on a profile', () => {
  const home = { kind: 'directory' as const, uid, gid: uid, mode: 0o700 };
  const good: ProfileFacts = {
    home,
    marker: { kind: 'file', uid: 0, gid: 0, mode: 0o444, text: markerText(1) },
    entries: [],
    kilobytes: 1024,
  };
  const wanted = { uid, gid: uid, markerUid: 0, version: 1, limitMb: 1 };
  it('is good up to the last kilobyte', () => {
    expect(judgeProfile(good, wanted)).toEqual({ kind: 'good' });
    expect(judgeProfile({ ...good, kilobytes: 1025 }, wanted).kind).toBe('over-quota');
    expect(judgeProfile({ ...good, home: null }, wanted)).toEqual({ kind: 'missing' });
    expect(judgeProfile({ ...good, kilobytes: null }, wanted).kind).toBe('bad');
    expect(judgeProfile({ ...good, home: { ...home, mode: 0o4700 } }, wanted)).toEqual({
      kind: 'bad',
      why: 'had mode 04700, not 0700',
    });
  });
});
