import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { ruleText } from '#/policy/directory-map.js';
import { directoryNamed, mapRows, noteDirectory } from '../directory/rows.js';
import type { DirectoryMap } from '../records/directories.js';
import type { Records } from '../records/records.js';
import type { Answer, Handlers, Vault } from '../vault.js';

type Names = 'admin.directory.map.add' | 'admin.directory.map.remove' | 'admin.directory.map.move';

/** The ordered maps of a directory, as the console manages them. Changes count from the next look at each person on. */
export function adminDirectoryMapCalls(vault: Vault): Handlers<Names> {
  const change = (
    name: string,
    work: (maps: DirectoryMap[], records: Records) => Promise<Outcome<string>> | Outcome<string>,
  ): Promise<Answer<'admin.directory.map.add'>> =>
    vault.store.transaction(async (records): Promise<Answer<'admin.directory.map.add'>> => {
      const found = await directoryNamed(records, name);
      if (!found.ok) return found;
      const maps = [...(await records.directories.maps(found.value.name))];
      const outcome = await work(maps, records);
      if (!outcome.ok) return outcome;
      await records.directories.putMaps(found.value.name, maps);
      await noteDirectory(vault, records, found.value.name, outcome.value);
      return done({ value: await mapRows(records, maps) });
    });
  return {
    'admin.directory.map.add': ({ name, position, map }) =>
      change(name, async (maps, records) => {
        const groups = [];
        for (const wanted of map.groups) {
          const group = await records.people.groupByName(wanted);
          if (group === null) return failed(failure('NOT_FOUND', `Group ${wanted}`));
          groups.push(group.id);
        }
        const at = Math.min(position ?? maps.length + 1, maps.length + 1);
        maps.splice(at - 1, 0, { ...map, groups });
        return done(`map ${at} added: ${ruleText(map.rule)} gives ${map.groups.join(', ') || 'no groups'}`);
      }),
    'admin.directory.map.remove': ({ name, position }) =>
      change(name, (maps) => {
        const [removed] = maps.splice(position - 1, 1);
        return removed === undefined
          ? noSuch(position)
          : done(`map ${position} removed: ${ruleText(removed.rule)}`);
      }),
    'admin.directory.map.move': ({ name, from, to }) =>
      change(name, (maps) => {
        const [moved] = maps.splice(from - 1, 1);
        if (moved === undefined) return noSuch(from);
        maps.splice(to - 1, 0, moved);
        return done(`map ${from} moved to ${to}: ${ruleText(moved.rule)}`);
      }),
  };
}

function noSuch(position: number): Outcome<never> {
  return failed(failure('NOT_FOUND', `Map ${position}`));
}
