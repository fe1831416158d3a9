import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

interface Typed {
  readonly user: string;
  /** What it may mean, in the order in which it is tried. */
  readonly readings?: readonly string[] | undefined;
}

/**
 * Who an ssh user name means: the first reading of which there is a user, or a directory that may know him; else the last
 * one, who is then refused like anybody else. All of them are looked up, so that the time it takes says nothing.
 */
export async function whichUser(
  vault: Vault,
  { user, readings }: Typed,
): Promise<{ readonly user: string; readonly reading: number | null }> {
  if (readings === undefined) return { user, reading: null };
  const there = await vault.store.transaction((records) => whoIsThere(records, readings));
  const first = there.indexOf(true);
  const reading = first >= 0 ? first : readings.length - 1;
  return { user: readings[reading] ?? user, reading };
}

async function whoIsThere(records: Records, readings: readonly string[]): Promise<readonly boolean[]> {
  const directories = new Set(
    (await records.directories.directories())
      .filter((one) => one.enabled)
      .map((one) => one.name.toLowerCase()),
  );
  const there: boolean[] = [];
  for (const name of readings) {
    const known = (await records.people.userByName(name)) !== null;
    const mark = name.lastIndexOf('@');
    there.push(known || (mark > 0 && directories.has(name.slice(mark + 1).toLowerCase())));
  }
  return there;
}
