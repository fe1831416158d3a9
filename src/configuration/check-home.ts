import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** Bytes that must fit: what a first start writes, with room for a first session. */
const PROBE = 256 * 1024;

/**
 * Null when the home can be used, else a sentence that says why not. Makes the directory when it is missing.
 * A home that somebody else owns or may write to would hand him the daemon.
 */
export function checkHome(home: string, uid: number): string | null {
  const found = lstatSync(home, { throwIfNoEntry: false });
  if (found === undefined) return makeHome(home);
  if (found.isSymbolicLink())
    return checkHomeState(home, statSync(home, { throwIfNoEntry: false }), uid) ?? probe(home);
  return checkHomeState(home, found, uid) ?? probe(home);
}

export function checkHomeState(
  home: string,
  found: Pick<Stats, 'uid' | 'mode' | 'isDirectory'> | undefined,
  uid: number,
): string | null {
  if (found === undefined || !found.isDirectory())
    return `${home} is not a directory; set POSTERN_HOME to another place`;
  if (found.uid !== uid)
    return `${home} belongs to uid ${found.uid}, but this is uid ${uid}; give it to uid ${uid} or set POSTERN_HOME to another place`;
  if ((found.mode & 0o022) !== 0)
    return `${home} can be written by others (mode 0${(found.mode & 0o7777).toString(8)}); run: chmod go-w ${home}`;
  return null;
}

function makeHome(home: string): string | null {
  try {
    mkdirSync(dirname(home), { recursive: true });
    mkdirSync(home, { mode: 0o711 });
  } catch (error) {
    return `${home} cannot be made: ${(error as Error).message}; set POSTERN_HOME to another place`;
  }
  return probe(home);
}

/** Really writes: what a file system says of itself is not what it will take. */
function probe(home: string): string | null {
  const path = join(home, `.probe-${process.pid}`);
  try {
    const file = openSync(path, 'wx', 0o600);
    try {
      if (writeSync(file, Buffer.alloc(PROBE, 1)) < PROBE)
        return `${home}: no space left; free some, or set POSTERN_HOME to another place`;
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOSPC'
      ? `${home}: no space left on its file system; free some, or set POSTERN_HOME to another place`
      : `${home} cannot be written: ${(error as Error).message}`;
  } finally {
    rmSync(path, { force: true });
  }
  return null;
}
