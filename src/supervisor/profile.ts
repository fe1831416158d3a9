import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  opendirSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DROPPED, identity } from './child-command.js';
import {
  judgeProfile,
  MARKER,
  markerText,
  type ProfileFacts,
  type ProfileVerdict,
  type ProfileWanted,
  type Seen,
} from './profile-verdict.js';

const run = promisify(execFile);

export interface ProfilePlace extends ProfileWanted {
  /** The profile, in a directory that only root may change. */
  readonly path: string;
  readonly quarantine: string;
  /** We are root: the profile is looked into as its own uid. */
  readonly root: boolean;
}

export type Prepared =
  | { readonly kind: 'ready'; readonly healed: string | null }
  | Exclude<ProfileVerdict, { kind: 'good' } | { kind: 'missing' }>;

/** Probes a profile, and makes or remakes it. A bad one is put aside whole; nothing in it is followed, or deleted by root. */
export async function prepareProfile(place: ProfilePlace, now: Date): Promise<Prepared> {
  const verdict = judgeProfile(await look(place), place);
  if (verdict.kind === 'good') return { kind: 'ready', healed: null };
  if (verdict.kind === 'over-quota') return verdict;
  if (verdict.kind === 'bad') await quarantine(place, now);
  make(place);
  const again = judgeProfile(await look(place), place);
  if (again.kind !== 'good')
    return { kind: 'bad', why: `could not be made (${again.kind === 'bad' ? again.why : again.kind})` };
  return { kind: 'ready', healed: verdict.kind === 'bad' ? verdict.why : null };
}

/** Puts a profile aside under quarantine/<uid>-<time>. */
export async function quarantine(
  place: Pick<ProfilePlace, 'path' | 'quarantine' | 'uid'>,
  now: Date,
): Promise<void> {
  if (see(place.path) === null) return;
  const aside = unused(join(place.quarantine, `${place.uid}-${now.toISOString().replace(/[:.]/g, '')}`));
  try {
    renameSync(place.path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
    // an immutable directory cannot be moved; only root can have made it so
    await run('chattr', ['-i', place.path]);
    renameSync(place.path, aside);
  }
}

/** Two in one millisecond must not meet. */
function unused(path: string): string {
  for (let n = 1, tried = path; ; n += 1, tried = `${path}.${n}`) if (see(tried) === null) return tried;
}

function make({ path, uid, gid, version, root }: ProfilePlace): void {
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, MARKER), markerText(version), { flag: 'wx', mode: 0o444 });
  chmodSync(path, 0o700);
  if (root) chownSync(path, uid, gid);
}

async function look(place: ProfilePlace): Promise<ProfileFacts> {
  const home = see(place.path);
  if (home?.kind !== 'directory') return { home, marker: null, entries: [], kilobytes: null };
  return {
    home,
    marker: readMarker(join(place.path, MARKER), place.markerUid),
    entries: namesIn(place.path).flatMap((name) => {
      const seen = see(join(place.path, name));
      return seen === null ? [] : [{ ...seen, name }];
    }),
    kilobytes: await measure(place),
  };
}

/** More names are not looked at: a shadow could make millions, and root would stand still over them. */
const MOST_NAMES = 4096;

function namesIn(path: string): readonly string[] {
  const directory = opendirSync(path);
  const names: string[] = [];
  try {
    while (names.length < MOST_NAMES) {
      const entry = directory.readSync();
      if (entry === null) break;
      names.push(entry.name);
    }
    return names;
  } finally {
    directory.closeSync();
  }
}

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
const LONGEST_MARKER = 64;

/**
 * The directory is the shadow's own, and another session of his may run: whatever is there now may be something else in a
 * moment. So what is judged is what was opened, and neither a pipe nor a link nor an endless file holds root up.
 */
function readMarker(path: string, markerUid: number): ProfileFacts['marker'] {
  const named = see(path);
  if (named === null || named.kind !== 'file') return named === null ? null : { ...named, text: '' };
  let fd: number;
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return { ...named, kind: 'other', text: '' };
  }
  try {
    const seen = seenIn(fstatSync(fd));
    if (seen.kind !== 'file' || seen.uid !== markerUid) return { ...seen, text: '' };
    const bytes = Buffer.alloc(LONGEST_MARKER);
    return { ...seen, text: bytes.toString('utf8', 0, readSync(fd, bytes, 0, bytes.length, 0)) };
  } finally {
    closeSync(fd);
  }
}

/** Writes and counts as the profile's own uid, so that no trick in it reaches root. */
async function measure({ path, uid, gid, root }: ProfilePlace): Promise<number | null> {
  const script = 'cd "$1" && : > .postern-probe && rm .postern-probe && du -skx .';
  const shell = ['/bin/sh', '-c', script, 'sh', path];
  const command = root ? ['setpriv', ...identity(uid, gid), ...DROPPED, '--', ...shell] : shell;
  try {
    const { stdout } = await run(command[0] ?? '', command.slice(1), {
      env: { PATH: '/usr/bin:/bin' },
      timeout: 10_000,
      cwd: '/',
    });
    const counted = Number.parseInt(stdout, 10);
    return Number.isNaN(counted) ? null : counted;
  } catch {
    return null;
  }
}

function see(path: string): Seen | null {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : seenIn(found);
}

function seenIn(found: Stats): Seen {
  return { kind: kindOf(found), uid: found.uid, gid: found.gid, mode: found.mode & 0o7777 };
}

function kindOf(found: Stats): Seen['kind'] {
  if (found.isDirectory()) return 'directory';
  if (found.isFile()) return 'file';
  return found.isSymbolicLink() ? 'link' : 'other';
}
