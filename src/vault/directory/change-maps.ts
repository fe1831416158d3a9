import type { CallArgs } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { ruleText } from '#/policy/directory-map.js';
import type { DirectoryMap } from '../records/directories.js';
import type { Records } from '../records/records.js';

/** What is to become of a directory's maps. */
export type MapChange =
  | ({ readonly kind: 'add' } & Omit<CallArgs<'admin.directory.map.add'>, 'name'>)
  | ({ readonly kind: 'remove' } & Omit<CallArgs<'admin.directory.map.remove'>, 'name'>)
  | ({ readonly kind: 'move' } & Omit<CallArgs<'admin.directory.map.move'>, 'name'>);

export interface ChangedMaps {
  readonly maps: readonly DirectoryMap[];
  /** Those that somebody may get by the change who did not get them before. */
  readonly given: readonly DirectoryMap[];
  /** For the audit. */
  readonly what: string;
}

/** The maps as they will be. A map counts for whom none before it fits: taking one away, or back, gives what lies behind it. */
export async function changedMaps(
  records: Records,
  before: readonly DirectoryMap[],
  change: MapChange,
): Promise<Outcome<ChangedMaps>> {
  const maps = [...before];
  switch (change.kind) {
    case 'add': {
      const groups = [];
      for (const wanted of change.map.groups) {
        const group = await records.people.groupByName(wanted);
        if (group === null) return failed(failure('NOT_FOUND', `Group ${wanted}`));
        groups.push(group.id);
      }
      const at = Math.min(change.position ?? maps.length + 1, maps.length + 1);
      const map = { ...change.map, groups };
      maps.splice(at - 1, 0, map);
      const gives = change.map.groups.join(', ') || 'no groups';
      return done({ maps, given: [map], what: `map ${at} added: ${ruleText(map.rule)} gives ${gives}` });
    }
    case 'remove': {
      const [removed] = maps.splice(change.position - 1, 1);
      if (removed === undefined) return noSuch(change.position);
      const given = maps.slice(change.position - 1);
      return done({ maps, given, what: `map ${change.position} removed: ${ruleText(removed.rule)}` });
    }
    case 'move': {
      const { from, to } = change;
      const [moved] = maps.splice(from - 1, 1);
      if (moved === undefined) return noSuch(from);
      maps.splice(to - 1, 0, moved);
      const given = to < from ? [moved] : before.slice(from, to);
      return done({ maps, given, what: `map ${from} moved to ${to}: ${ruleText(moved.rule)}` });
    }
    default:
      return change satisfies never;
  }
}

function noSuch(position: number): Outcome<never> {
  return failed(failure('NOT_FOUND', `Map ${position}`));
}
