import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DaemonStatus, daemonStatus } from '#/contract/status.js';
import { identityOf, isAlive } from './process-identity.js';
import type { ChildState } from './supervised-child.js';

export function writeStatus(
  run: string,
  status: Omit<DaemonStatus, 'children' | 'version'>,
  children: readonly ChildState[],
): void {
  const all: DaemonStatus = {
    version: 1,
    ...status,
    children: children.map((child) => ({
      ...child,
      identity: child.pid === null ? null : identityOf(child.pid),
    })),
  };
  const path = join(run, 'status.json');
  writeFileSync(`${path}.new`, `${JSON.stringify(all, null, 2)}\n`, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}

/** Pids of an earlier daemon's processes that are still at work: its supervisor died, and they drain by themselves. */
export function survivors(run: string): readonly number[] {
  const path = join(run, 'status.json');
  // without root it may lie in /tmp: what somebody else put there must not say whom we end
  const ours = [run, path].every(
    (one) => lstatSync(one, { throwIfNoEntry: false })?.uid === process.getuid?.(),
  );
  if (!ours) return [];
  try {
    const status = daemonStatus.parse(JSON.parse(readFileSync(path, 'utf8')));
    return status.children.flatMap(({ pid, identity }) =>
      pid !== null && identity !== null && isAlive(identity) ? [pid] : [],
    );
  } catch {
    return [];
  }
}
