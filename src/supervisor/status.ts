import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IsolationLevel } from '#/domain/session.js';
import type { Trial } from './isolation.js';
import { identityOf, isAlive } from './process-identity.js';
import type { ChildState } from './supervised-child.js';

/** What the daemon says of itself in RUN/status.json, for doctor and for the daemon that comes after it. */
export interface Status {
  readonly version: 1;
  readonly pid: number;
  readonly startedAt: string;
  readonly state: 'starting' | 'ready' | 'stopping' | 'stopped';
  readonly listen: string;
  readonly home: string;
  readonly recordings: string;
  readonly root: boolean;
  readonly isolation: IsolationLevel;
  readonly minimumIsolation: IsolationLevel;
  readonly isolationTrials: readonly Trial[];
  readonly reduced: readonly string[];
  readonly children: readonly (ChildState & { readonly identity: string | null })[];
}

export function writeStatus(
  run: string,
  status: Omit<Status, 'children' | 'version'>,
  children: readonly ChildState[],
): void {
  const all: Status = {
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
  if (!existsSync(path)) return [];
  try {
    const status = JSON.parse(readFileSync(path, 'utf8')) as Status;
    return status.children.flatMap(({ pid, identity }) =>
      pid !== null && identity !== null && isAlive(identity) ? [pid] : [],
    );
  } catch {
    return [];
  }
}
