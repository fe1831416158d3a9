import type { CallArgs } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { ruleText } from '#/policy/directory-map.js';
import { type Rearranged, type Rearrangement, rearranged } from '#/policy/rearrange-maps.js';
import type { DirectoryMap } from '../records/directories.js';
import type { Records } from '../records/records.js';

/** What is to become of a directory's maps, with the groups by name. */
export type MapChange =
  | ({ readonly kind: 'add' } & Omit<CallArgs<'admin.directory.map.add'>, 'name'>)
  | ({ readonly kind: 'remove' } & Omit<CallArgs<'admin.directory.map.remove'>, 'name'>)
  | ({ readonly kind: 'move' } & Omit<CallArgs<'admin.directory.map.move'>, 'name'>);

export interface ChangedMaps extends Rearranged<DirectoryMap> {
  /** For the audit. */
  readonly what: string;
}

/** The maps as they will be. */
export async function changedMaps(
  records: Records,
  before: readonly DirectoryMap[],
  change: MapChange,
): Promise<Outcome<ChangedMaps>> {
  const wanted = change.kind === 'add' ? await addition(records, change) : done(change);
  if (!wanted.ok) return wanted;
  const changed = rearranged(before, wanted.value);
  if (changed === null)
    return failed(failure('NOT_FOUND', `Map ${change.kind === 'move' ? change.from : change.position}`));
  return done({ ...changed, what: whatOf(change, changed) });
}

async function addition(
  records: Records,
  { position, map }: MapChange & { readonly kind: 'add' },
): Promise<Outcome<Rearrangement<DirectoryMap>>> {
  const groups = [];
  for (const wanted of map.groups) {
    const group = await records.people.groupByName(wanted);
    if (group === null) return failed(failure('NOT_FOUND', `Group ${wanted}`));
    groups.push(group.id);
  }
  return done({ kind: 'add', position, map: { ...map, groups } });
}

function whatOf(change: MapChange, { map, at }: Rearranged<DirectoryMap>): string {
  const rule = ruleText(map.rule);
  switch (change.kind) {
    case 'add':
      return `map ${at} added: ${rule} gives ${change.map.groups.join(', ') || 'no groups'}`;
    case 'remove':
      return `map ${at} removed: ${rule}`;
    case 'move':
      return `map ${change.from} moved to ${change.to}: ${rule}`;
    default:
      return change satisfies never;
  }
}
