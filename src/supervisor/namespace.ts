import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/** Names the mount namespace that the daemon was started in, so that the second round knows that it is in its own. */
const MARK = 'POSTERN_OUTER_NAMESPACE';

/**
 * Puts this process into a mount namespace of its own by starting it again under unshare(1), with the same pid: returns only
 * in the new one. False: this host does not let us (a container without CAP_SYS_ADMIN).
 */
export function enterMountNamespace(): boolean {
  const now = readlinkSync('/proc/self/ns/mnt');
  const outer = process.env[MARK];
  delete process.env[MARK];
  if (outer !== undefined && outer !== now) return true;
  const unshare = ['unshare', '--mount', '--propagation', 'private', '--'];
  if (spawnSync('/usr/bin/unshare', [...unshare.slice(1), '/bin/true'], { stdio: 'ignore' }).status !== 0)
    return false;
  // no core dumps: neither this process nor any child of it may leave its memory on a disk
  const again = [
    'prlimit',
    '--core=0:0',
    ...unshare,
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  process.execve?.('/usr/bin/prlimit', again, { ...process.env, [MARK]: now });
  return false;
}
