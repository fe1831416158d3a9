import { randomBytes } from 'node:crypto';
import { openStore } from '#/store/open-store.js';
import { createVault as fill, type NewVault } from '#/vault/create-vault.js';

/** Everything but the clock and chance. `path` is the database's; its folder exists and there is no database in it. */
export type VaultToCreate = Omit<NewVault, 'now' | 'random'> & { readonly path: string };

/** Makes a new vault. Throws a sentence for the administrator when there is one already, or the disk does not obey. */
export async function createVault({ path, ...options }: VaultToCreate): Promise<void> {
  const opened = openStore({ path, create: true });
  if (!opened.ok) throw new Error(opened.why);
  try {
    await fill(opened.store, { ...options, now: Date.now, random: randomBytes });
  } finally {
    await opened.store.close();
  }
}
