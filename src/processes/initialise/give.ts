import { chownSync, lchownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceAccount } from '#/house/service-accounts.js';

/** Gives a folder that we have just made, and all in it, to a service account. Null: everything stays ours. */
export function give(folder: string, account: ServiceAccount | null): void {
  if (account === null) return;
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    lchownSync(join(folder, entry), account.uid, account.gid);
  chownSync(folder, account.uid, account.gid);
}
