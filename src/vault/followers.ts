/** Somebody who has the recording of a running session open, and so sees what is done in it. */
export interface Follower {
  readonly sessionId: string;
  readonly viewer: string;
  readonly since: number;
}

/** Who follows what now. Held by the monitor's connection: when that is gone, nobody is shown anything. In memory only. */
export interface Followers {
  /** False: he does already. */
  begin(connection: object, permit: string, who: Omit<Follower, 'since'>): boolean;
  /** Null: he did not. */
  end(connection: object, permit: string): Follower | null;
  /** The connection is gone; those who followed over it. */
  leave(connection: object): readonly Follower[];
  /** Names, each once. */
  of(sessionId: string): readonly string[];
}

export function createFollowers(now: () => number): Followers {
  const held = new Map<object, Map<string, Follower>>();
  return {
    begin(connection, permit, who) {
      const mine = held.get(connection) ?? new Map<string, Follower>();
      if (mine.has(permit)) return false;
      held.set(connection, mine.set(permit, { ...who, since: now() }));
      return true;
    },
    end(connection, permit) {
      const mine = held.get(connection);
      const one = mine?.get(permit) ?? null;
      mine?.delete(permit);
      return one;
    },
    leave(connection) {
      const mine = [...(held.get(connection)?.values() ?? [])];
      held.delete(connection);
      return mine;
    },
    of(sessionId) {
      const all = [...held.values()].flatMap((mine) => [...mine.values()]);
      const names = all.flatMap((one) => (one.sessionId === sessionId ? [one.viewer] : []));
      return [...new Set(names)].toSorted();
    },
  };
}
