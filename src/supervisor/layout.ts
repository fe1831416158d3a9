import { chmodSync, chownSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceAccounts } from '#/house/service-accounts.js';

interface Folder {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The folders of a home that every start brings into order. What holds secrets is made by the initialisation alone. */
export function layoutOf(
  home: string,
  recordings: string,
  accounts: ServiceAccounts | null,
): readonly Folder[] {
  const own = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const recorder = accounts?.recorder ?? own;
  const monitor = accounts?.monitor ?? own;
  const session = accounts?.session ?? own;
  const credentials = ['portal', 'session', 'recorder', 'monitor'] as const;
  return [
    { path: home, mode: 0o711, ...own },
    // session hosts create and append, but neither list nor read; nobody but them and the recorder comes in
    {
      path: join(home, 'spool'),
      mode: accounts === null ? 0o700 : 0o1730,
      uid: recorder.uid,
      gid: session.gid,
    },
    { path: join(home, 'credentials'), mode: 0o711, ...own },
    // a process writes the next credential file beside the present one, by itself
    ...credentials.map((role) => {
      const { uid, gid } = accounts?.[role] ?? own;
      return { path: join(home, 'credentials', role), mode: 0o700, uid, gid };
    }),
    { path: join(home, 'profiles'), mode: 0o711, ...own },
    { path: join(home, 'quarantine'), mode: 0o700, ...own },
    { path: join(home, 'logs'), mode: 0o700, ...own },
    // setgid: whatever the recorder stores, the monitor may read
    { path: recordings, mode: 0o2750, uid: recorder.uid, gid: monitor.gid },
  ];
}

/** Makes what is missing and mends owners and modes. Throws when something that is no directory is in the way. */
export function makeLayout(folders: readonly Folder[], root: boolean): void {
  for (const { path, mode, uid, gid } of folders) {
    mkdirSync(path, { recursive: true });
    if (!lstatSync(path).isDirectory()) throw new Error(`${path} is not a directory`);
    if (root) chownSync(path, uid, gid);
    chmodSync(path, mode);
  }
}
