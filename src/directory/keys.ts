import type { DirectoryKeys, DirectorySettings } from '#/contract/directory-calls.js';
import { type FoundPerson, findByName } from './find-person.js';
import { type Ask, look } from './log-in.js';
import { withServer } from './servers.js';

/** More than anybody has; what lies beyond is not looked at. */
const MOST_KEYS = 100;
const LONGEST_KEY = 16_384;

/** The SSH public keys in the entry of whom a name means. */
export async function readKeys(ask: Ask, user: string): Promise<DirectoryKeys> {
  const { settings } = ask;
  return await withServer(ask, async (server): Promise<DirectoryKeys> => {
    const search = await look(server, () =>
      findByName(server.ldap, settings, user, keyAttributesOf(settings)),
    );
    if (search.kind !== 'one') return { kind: 'none' };
    const { id, dn, state } = search.person;
    return { kind: 'found', id, dn, state, keys: keysOf(search.person, settings) };
  });
}

/** To be asked for beside what finds a person. */
export function keyAttributesOf({ keyAttribute }: DirectorySettings): readonly string[] {
  return keyAttribute === null ? [] : [keyAttribute];
}

export function keysOf(
  { attributes }: Pick<FoundPerson, 'attributes'>,
  { keyAttribute }: DirectorySettings,
): readonly string[] {
  const lines = keyAttribute === null ? [] : (attributes[keyAttribute.toLowerCase()] ?? []);
  return lines.filter((line) => line.length <= LONGEST_KEY).slice(0, MOST_KEYS);
}
