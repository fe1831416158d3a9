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
  /** He has taken over the keyboard, or not any more. False: it was so already. */
  control(name: string, on: boolean): boolean;
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
  const held = new Map<string, { readonly watch: Watch; heard: number; controls: boolean }>();
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
      held.set(name, { watch: { ...watch, since: options.now() }, heard: options.now(), controls: false });
      return name;
    },
    find,
    end(name, sessionId) {
      const watch = find(name, sessionId);
      if (watch !== null) held.delete(name);
      return watch;
    },
    control(name, on) {
      const one = held.get(name);
      if (one === undefined || one.controls === on) return false;
      one.controls = on;
      return true;
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
