import type { CallName } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { groupOutOfReach, mayNotPutIn, mayNotRemap, outOfReach } from '#/policy/delegation.js';
import type { Rearranged } from '#/policy/rearrange-maps.js';
import { changedMaps, type MapChange } from '../directory/change-maps.js';
import { directoryNamed, directoryRow, mapRows, noteDirectory } from '../directory/rows.js';
import { trial } from '../directory/trial.js';
import { withVaultRight } from '../person-rights.js';
import type { Person } from '../persons.js';
import type { DirectoryMap } from '../records/directories.js';
import type { Answer, Handlers, Vault } from '../vault.js';

type Names = Extract<CallName, 'person.directories' | `person.directory.${string}`>;

/** What people of a directory get, as those say who hold manageDirectoryMapping. How it is reached is the console's. */
export function personDirectoryCalls(vault: Vault): Handlers<Names> {
  return {
    'person.directories': (args, asking) =>
      withVaultRight(vault, 'person.directories', args, asking, async ({ records }) => {
        const rows = [];
        for (const one of await records.directories.directories())
          rows.push(await directoryRow(records, one));
        return done({ value: rows });
      }),
    'person.directory.map.add': (args, asking) =>
      withVaultRight(vault, 'person.directory.map.add', args, asking, (person) =>
        changeMaps(vault, person, args.name, { kind: 'add', position: args.position, map: args.map }),
      ),
    'person.directory.map.remove': (args, asking) =>
      withVaultRight(vault, 'person.directory.map.remove', args, asking, (person) =>
        changeMaps(vault, person, args.name, { kind: 'remove', position: args.position }),
      ),
    'person.directory.map.move': (args, asking) =>
      withVaultRight(vault, 'person.directory.map.move', args, asking, (person) =>
        changeMaps(vault, person, args.name, { kind: 'move', from: args.from, to: args.to }),
      ),
    async 'person.directory.test'(args, asking) {
      const may = await withVaultRight(vault, 'person.directory.test', args, asking, () =>
        Promise.resolve(done({ value: { steps: [], ok: false } })),
      );
      if (!may.ok) return may;
      // not within the transaction: a directory may take its time
      const found = await vault.store.transaction((records) => directoryNamed(records, args.name));
      if (!found.ok) return found;
      const outcome = await trial(vault, found.value, args.user, Buffer.alloc(0));
      return outcome.ok ? done({ value: outcome.value }) : outcome;
    },
  };
}

async function changeMaps(
  vault: Vault,
  person: Person,
  name: string,
  wanted: MapChange,
): Promise<Answer<'person.directory.map.add'>> {
  const { records, about } = person;
  const found = await directoryNamed(records, name);
  if (!found.ok) return found;
  const changed = await changedMaps(records, await records.directories.maps(found.value.name), wanted);
  if (!changed.ok) return changed;
  const why = await beyond(person, changed.value);
  if (why !== null) return failed(failure('DENIED', why));
  await records.directories.putMaps(found.value.name, changed.value.maps);
  await noteDirectory(vault, records, about, found.value.name, changed.value.what);
  return done({ value: await mapRows(records, changed.value.maps) });
}

/** Nobody gives people of a directory rights, or a place in groups, that are not his own, or frees them of a second factor. */
async function beyond(
  { user, records }: Person,
  { given, lost }: Rearranged<DirectoryMap>,
): Promise<string | null> {
  const groups = await records.people.groups();
  const groupsOf = (map: DirectoryMap | null) => groups.filter(({ id }) => map?.groups.includes(id) === true);
  for (const map of given) {
    const right = outOfReach(user, { rights: map?.rights ?? [], groups: [] }, []);
    if (right !== null) return right;
    for (const group of groupsOf(map)) {
      const why = groupOutOfReach(user, group) ?? mayNotPutIn(user, group);
      if (why !== null) return why;
    }
  }
  const asked = (map: DirectoryMap | null) => groupsOf(map).map(({ secondFactor }) => secondFactor);
  return mayNotRemap(user, lost.map(asked), given.map(asked));
}
