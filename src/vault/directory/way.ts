import type { LoginQuestion } from '../authentication.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Vault } from '../vault.js';

export type Way =
  | { readonly kind: 'vault' | 'unknown' }
  | { readonly kind: 'directory'; readonly directory: StoredDirectory; readonly user: string };

/** `alice@corp` is alice of the directory corp, whether or not that is the chosen method. */
export async function wayOf(
  vault: Vault,
  { user, method }: Pick<LoginQuestion, 'user' | 'method'>,
): Promise<Way> {
  if (method === 'vault') return { kind: 'vault' };
  const directories = await vault.store.transaction((records) => records.directories.directories());
  const same = (one: StoredDirectory, name: string): boolean => one.name.toLowerCase() === name.toLowerCase();
  const suffix = user.slice(user.lastIndexOf('@') + 1);
  const directory = directories.find((one) => same(one, method ?? suffix));
  if (directory === undefined) return { kind: method === undefined ? 'vault' : 'unknown' };
  if (!directory.enabled) return { kind: 'unknown' };
  const bare = user.includes('@') && same(directory, suffix) ? user.slice(0, user.lastIndexOf('@')) : user;
  return { kind: 'directory', directory, user: bare };
}
