import { mayTry, NO_ATTEMPTS } from '#/authentication/attempts.js';
import { countedSource } from '#/authentication/source.js';
import { createGates } from '../gate.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { readableKeys } from './by-key.js';
import { nameHere } from './enrol.js';
import { wayOf } from './way.js';

/** Strangers can ask this: few questions to a directory at once, and few that wait. */
const AT_ONCE = 4;
const WAITING = 50;
/** A client offers its keys one after the other: for so long one answer counts for all of them. Milliseconds. */
const FRESH = 5000;
const MOST_KEPT = 256;

interface Offer {
  readonly user: string;
  readonly key: string;
  readonly from: string;
}

/**
 * Does this key stand in the entry of whom the name means, should he prove that he has it? Only says whether a client may
 * go on to sign: the login itself asks the directory again.
 */
export function createKeyOffers(vault: Vault): (offer: Offer) => Promise<boolean> {
  const gate = createGates(AT_ONCE, WAITING);
  const kept = new Map<string, { readonly until: number; readonly keys: Promise<readonly string[]> }>();
  return async ({ user: typed, key, from }) => {
    const way = await wayOf(vault, { user: typed });
    if (way.kind !== 'directory' || way.directory.settings.keyAttribute === null) return false;
    const { directory, user } = way;
    const name = nameHere(user, directory).toLowerCase();
    const failed = await vault.store.transaction(({ people }) =>
      people.failedLogins(name, countedSource(from)),
    );
    if (mayTry(failed ?? NO_ATTEMPTS, vault.now()).kind === 'wait') return false;
    const before = kept.get(name);
    const now = vault.now();
    const fresh = before !== undefined && before.until > now ? before : null;
    const keys =
      fresh?.keys ?? gate(directory.name, () => keysOf(vault, directory, user)).then((found) => found ?? []);
    if (fresh === null) {
      kept.delete(name);
      kept.set(name, { until: now + FRESH, keys });
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    }
    return (await keys).includes(key);
  };
}

async function keysOf(vault: Vault, directory: StoredDirectory, user: string): Promise<readonly string[]> {
  const asked = await askDirectory(vault, directory, 'directory.keys', { user });
  if (!asked.ok || asked.value.kind !== 'found' || asked.value.state !== 'active') return [];
  return readableKeys(vault, asked.value.keys).map(({ base64 }) => base64);
}
