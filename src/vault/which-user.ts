import { nameHere } from './directory/enrol.js';
import type { StoredDirectory } from './records/directories.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

interface Typed {
  readonly user: string;
  /** What it may mean, in the order in which it is tried. */
  readonly readings?: readonly string[] | undefined;
}

/**
 * Who an ssh user name means: the first reading of which there is a user, or a directory that may know him; else the last
 * one, who is then refused like anybody else. Where a directory is preset on the login screen, it is here: `alice` may be
 * its alice. All readings are looked up, so that the time it takes says nothing.
 */
export async function whichUser(
  vault: Vault,
  { user, readings }: Typed,
): Promise<{ readonly user: string; readonly reading: number | null }> {
  if (readings === undefined) return { user, reading: null };
  return await vault.store.transaction(async (records) => {
    const directories = (await records.directories.directories()).filter((one) => one.enabled);
    const preset = directories.find((one) => one.preset) ?? null;
    const found: (string | null)[] = [];
    for (const name of readings) found.push(await nameOf(records, name, { directories, preset }));
    const first = found.findIndex((name) => name !== null);
    const reading = first >= 0 ? first : readings.length - 1;
    const last = readings[reading] ?? user;
    return { user: found[reading] ?? (preset === null ? last : nameHere(last, preset)), reading };
  });
}

interface Known {
  readonly directories: readonly StoredDirectory[];
  readonly preset: StoredDirectory | null;
}

/** The name of the user that a reading means; null: of none. */
async function nameOf(
  records: Records,
  name: string,
  { directories, preset }: Known,
): Promise<string | null> {
  const own = await records.people.userByName(name);
  const there = preset === null ? '' : nameHere(name, preset);
  const member = preset === null ? null : await records.people.userByName(there);
  const suffix = name.slice(name.lastIndexOf('@') + 1).toLowerCase();
  const isOfDirectory =
    name.lastIndexOf('@') > 0 && directories.some((one) => one.name.toLowerCase() === suffix);
  if (own !== null || isOfDirectory) return name;
  return member === null ? null : there;
}
