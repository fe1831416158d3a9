/** Places for viewers: so many in all, and so many of one person. */
export interface Places {
  /** A place that nobody else has, to be given back once; null: all are taken. */
  take(name: string): (() => void) | null;
  readonly most: number;
}

/** `most` places for each name. */
export function createPlaces(most: number): Places {
  const taken = new Map<string, number>();
  return {
    most,
    take(name) {
      const before = taken.get(name) ?? 0;
      if (before >= most) return null;
      taken.set(name, before + 1);
      return () => {
        const left = (taken.get(name) ?? 1) - 1;
        if (left === 0) taken.delete(name);
        else taken.set(name, left);
      };
    },
  };
}
