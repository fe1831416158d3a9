import { lstatSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { identityOf, isAlive } from './process-identity.js';

export type Taken =
  | { readonly ok: true; readonly stale: boolean; release(): void }
  | { readonly ok: false; readonly pid: number };

/**
 * Takes a lock for this process, or says who has it. The lock is a symbolic link whose target names its owner: made with
 * its content in one step, so there is no moment in which it exists without saying whose it is. `stale`: the previous
 * owner died without letting go.
 */
export function takeLock(path: string): Taken {
  const me = identityOf(process.pid);
  let stale = false;
  for (;;) {
    if (make(path, me)) return { ok: true, stale, release: () => release(path, me) };
    const owner = read(path);
    if (owner === null) continue;
    if (isAlive(owner)) return { ok: false, pid: Number(owner.split(':')[0]) };
    stale = true;
    breakLock(path, owner);
  }
}

function make(path: string, me: string): boolean {
  try {
    symlinkSync(me, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Null: gone by now. What is no link was never made by us, and is treated as a dead owner's. */
function read(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : 'not a lock';
  }
}

/** Whoever wins the rename clears up; should it have caught a newer lock than the one judged dead, that goes back. */
function breakLock(path: string, dead: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  const caught = read(aside);
  if (caught !== null && caught !== dead) make(path, caught);
  rmSync(aside, { force: true, recursive: true });
}

function release(path: string, me: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) !== undefined && read(path) === me)
    rmSync(path, { force: true });
}
