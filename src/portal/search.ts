import fuzzysort from 'fuzzysort';

/** A list that can be searched while somebody types. */
export interface Index<T> {
  readonly items: readonly T[];
  find(typed: string): readonly T[];
}

/**
 * Prepares a list for searching: every word typed must be found in the text of an item, its characters in order.
 * The best matches come first; equally good ones, and all of them while nothing is typed, stay in the order of the list.
 * Those of a lower rank come after all others, however well they match.
 */
export function makeIndex<T>(
  items: readonly T[],
  textOf: (item: T) => string,
  rankOf: (item: T) => number = () => 0,
): Index<T> {
  const entries = items.map((item, place) => ({ item, place, rank: rankOf(item), text: textOf(item) }));
  const snapshot = fuzzysort.snapshot(entries, { key: 'text' });
  return {
    items,
    find(typed) {
      const wanted = typed.trim();
      if (wanted === '') return items;
      const found = fuzzysort.go(wanted, snapshot, { limit: 0, threshold: 0 });
      return [...found]
        .sort((a, b) => a.obj.rank - b.obj.rank || b.score - a.score || a.obj.place - b.obj.place)
        .map(({ obj }) => obj.item);
    },
  };
}
