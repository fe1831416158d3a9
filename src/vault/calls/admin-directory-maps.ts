import { done } from '#/domain/outcome.js';
import { changedMaps, type MapChange } from '../directory/change-maps.js';
import { directoryNamed, mapRows, noteDirectory } from '../directory/rows.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names = 'admin.directory.map.add' | 'admin.directory.map.remove' | 'admin.directory.map.move';

/** The ordered maps of a directory, as the console manages them. Changes count from the next look at each person on. */
export function adminDirectoryMapCalls(vault: Vault): Handlers<Names> {
  const change = (name: string, wanted: MapChange): Promise<Answer<'admin.directory.map.add'>> =>
    vault.store.transaction(async (records): Promise<Answer<'admin.directory.map.add'>> => {
      const found = await directoryNamed(records, name);
      if (!found.ok) return found;
      const changed = await changedMaps(records, await records.directories.maps(found.value.name), wanted);
      if (!changed.ok) return changed;
      await records.directories.putMaps(found.value.name, changed.value.maps);
      await noteDirectory(vault, records, CONSOLE, found.value.name, changed.value.what);
      return done({ value: await mapRows(records, changed.value.maps) });
    });
  return {
    'admin.directory.map.add': ({ name, ...rest }) => change(name, { kind: 'add', ...rest }),
    'admin.directory.map.remove': ({ name, ...rest }) => change(name, { kind: 'remove', ...rest }),
    'admin.directory.map.move': ({ name, ...rest }) => change(name, { kind: 'move', ...rest }),
  };
}
