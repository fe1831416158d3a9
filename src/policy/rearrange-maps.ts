/** What is to become of an ordered list of maps. Places count from 1; null: the last. */
export type Rearrangement<M> =
  | { readonly kind: 'add'; readonly position: number | null; readonly map: M }
  | { readonly kind: 'remove'; readonly position: number }
  | { readonly kind: 'move'; readonly from: number; readonly to: number };

export interface Rearranged<M> {
  readonly maps: readonly M[];
  /** The map that was added, removed or moved, and its place. */
  readonly map: M;
  readonly at: number;
  /** Those that somebody may get by the change who did not get them before; null: nothing, as no map fits him. */
  readonly given: readonly (M | null)[];
  /** Those that the same people may have had until now. */
  readonly lost: readonly M[];
}

/**
 * The maps as they will be, or null: there is none at that place. A map counts for whom none before it fits: taking one
 * away, or back, gives what lies behind it.
 */
export function rearranged<M>(before: readonly M[], change: Rearrangement<M>): Rearranged<M> | null {
  const maps = [...before];
  switch (change.kind) {
    case 'add': {
      const { map } = change;
      const at = Math.min(change.position ?? maps.length + 1, maps.length + 1);
      maps.splice(at - 1, 0, map);
      return { maps, map, at, given: [map], lost: before.slice(at - 1) };
    }
    case 'remove': {
      const at = change.position;
      const [map] = maps.splice(at - 1, 1);
      return map === undefined ? null : { maps, map, at, given: [...maps.slice(at - 1), null], lost: [map] };
    }
    case 'move': {
      const { from, to } = change;
      const [map] = maps.splice(from - 1, 1);
      if (map === undefined) return null;
      maps.splice(to - 1, 0, map);
      return to < from
        ? { maps, map, at: to, given: [map], lost: before.slice(to - 1, from - 1) }
        : { maps, map, at: to, given: before.slice(from, to), lost: [map] };
    }
    default:
      return change satisfies never;
  }
}
