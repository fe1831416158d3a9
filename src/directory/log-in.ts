import type {
  DirectoryLogin,
  DirectoryLookUp,
  DirectoryPerson,
  DirectorySettings,
} from '#/contract/directory-calls.js';
import { type FoundPerson, findById, findByName, type Search } from './find-person.js';
import { groupsOf } from './groups.js';
import { type BindUser, type Server, type ServerMemory, serverTrouble, withServer } from './servers.js';
import { tryPassword, unusable } from './try-password.js';

export interface Ask {
  readonly settings: DirectorySettings;
  readonly bindUser: BindUser;
  readonly attributes: readonly string[];
  readonly memory: ServerMemory;
}

/** Finds a person, tries his password, reads his groups. */
export async function logIn(ask: Ask, user: string, password: Buffer): Promise<DirectoryLogin> {
  const bad = unusable(password);
  if (bad !== null) return { kind: 'refused', reason: bad };
  return await withServer(ask, async (server): Promise<DirectoryLogin> => {
    const search = await look(server, () => findByName(server.ldap, ask.settings, user, ask.attributes));
    const reason = await tryPassword(server, ask.settings, search, password);
    if (reason !== null || search.kind !== 'one')
      return { kind: 'refused', reason: reason ?? 'no-such-user' };
    return { kind: 'in', person: await withGroups(server, ask.settings, search.person) };
  });
}

/** What became of people who are known already. */
export async function lookUp(
  ask: Ask,
  people: readonly { readonly id: string; readonly dn: string }[],
): Promise<DirectoryLookUp> {
  return await withServer(ask, async (server): Promise<DirectoryLookUp> => {
    const found: { readonly id: string; readonly person: DirectoryPerson | null }[] = [];
    for (const one of people) {
      const search = await look(server, () => findById(server.ldap, ask.settings, one, ask.attributes));
      found.push({
        id: one.id,
        person: search.kind === 'one' ? await withGroups(server, ask.settings, search.person) : null,
      });
    }
    return { kind: 'found', people: found };
  });
}

export async function look(server: Server, search: () => Promise<Search>): Promise<Search> {
  const found = await server.steps.take('search', async () => {
    const value = await search();
    return { value, detail: value.kind === 'one' ? value.person.dn : `${value.kind} found` };
  });
  return found ?? serverTrouble();
}

export async function withGroups(
  { ldap, steps }: Server,
  settings: DirectorySettings,
  found: FoundPerson,
): Promise<DirectoryPerson> {
  const groups = await steps.take('groups', async () => {
    const value = await groupsOf(ldap, settings, found);
    return { value, detail: value.length === 0 ? 'none' : value.join('; ') };
  });
  const { id, dn, name, attributes, state } = found;
  return { id, dn, name, attributes, state, groups: groups ?? serverTrouble() };
}
