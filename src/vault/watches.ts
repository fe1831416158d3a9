/** Somebody who watches a running session. */
export interface Watch {
  readonly userId: string;
  readonly viewer: string;
  readonly sessionId: string;
  readonly since: number;
}

/** Who watches what now. In memory only: after a restart of the vault every viewer has to ask again. */
export interface Watches {
  begin(watch: Omit<Watch, 'since'>): string;
  /** Null: never begun, ended, or not asked about for too long. */
  find(name: string, sessionId: string): Watch | null;
  end(name: string, sessionId: string): Watch | null;
  /** How many sessions a person watches. */
  countOf(userId: string): number;
  /** Names of the viewers of a session. */
  of(sessionId: string): readonly string[];
}

/** Milliseconds after which a host that does not ask any more has lost its viewer without a word. */
const SILENCE = 30_000;

export function createWatches(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}): Watches {
  const held = new Map<string, { readonly watch: Watch; heard: number }>();
  const forgetSilent = (): void => {
    for (const [name, { heard }] of held) if (heard + SILENCE <= options.now()) held.delete(name);
  };
  const find: Watches['find'] = (name, sessionId) => {
    forgetSilent();
    const one = held.get(name);
    if (one === undefined || one.watch.sessionId !== sessionId) return null;
    one.heard = options.now();
    return one.watch;
  };
  return {
    begin(watch) {
      forgetSilent();
      const name = options.random(16).toString('base64url');
      held.set(name, { watch: { ...watch, since: options.now() }, heard: options.now() });
      return name;
    },
    find,
    end(name, sessionId) {
      const watch = find(name, sessionId);
      if (watch !== null) held.delete(name);
      return watch;
    },
    countOf(userId) {
      forgetSilent();
      return [...held.values()].filter(({ watch }) => watch.userId === userId).length;
    },
    of(sessionId) {
      forgetSilent();
      const viewers = [...held.values()].flatMap(({ watch }) =>
        watch.sessionId === sessionId ? [watch.viewer] : [],
      );
      return [...new Set(viewers)].toSorted();
    },
  };
}
