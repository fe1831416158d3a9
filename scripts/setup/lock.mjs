import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endLeftovers, root, say } from './run.mjs';

/**
 * Runs `work` while no other run in this tree does. The lock is a symbolic link whose target names its owner: made with
 * its content in one atomic step, so there is no moment in which it exists without saying whose it is.
 */
export async function withLock(path, work) {
  const lock = join(root, path);
  mkdirSync(dirname(lock), { recursive: true });
  const me = `${process.pid}:${startTime(process.pid)}`;
  let told = false;
  while (!take(lock, me)) {
    const owner = ownerOf(lock);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      breakLock(lock, owner);
      continue;
    }
    if (!told) say(`another set-up (process ${owner.split(':')[0]}) is at work in this tree; waiting for it`);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock, me) {
  try {
    symlinkSync(me, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function ownerOf(lock) {
  try {
    return readlinkSync(lock);
  } catch {
    return undefined;
  }
}

/** Whoever wins the rename clears up; should it have caught a newer lock than the one judged dead, it goes back. */
function breakLock(lock, deadOwner) {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const caught = ownerOf(aside);
  if (caught !== deadOwner && caught !== undefined) take(lock, caught);
  else {
    say('an earlier set-up was killed in the middle; repairing');
    endLeftovers();
  }
  rmSync(aside, { force: true });
}

function isAlive(owner) {
  const [pid, started] = owner.split(':');
  return startTime(pid) === started && started !== '';
}

/** A process id alone may be somebody else's by now; with its start time it is the same process or none. */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return '';
  }
}
