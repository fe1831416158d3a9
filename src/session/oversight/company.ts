import type { Ending } from '#/domain/session.js';
import type { Watchers } from '../watchers.js';
import type { Oversight } from './oversight.js';

/** Who watches a session, as far as its owner and the rule of four eyes are concerned. */
export interface CompanyKeeper {
  /** Resolves when somebody else than the owner watches; until then the session waits. */
  wait(): Promise<void>;
  /**
   * These have the recording open while the session runs. The owner is told of them as of those who watch, but nobody who may
   * be looking at what was an hour ago is company.
   */
  followed(by: readonly string[]): void;
  /** The owner has come back: where he is told who watches, he is told again. */
  greet(): void;
  stop(): void;
}

export interface CompanyOptions {
  readonly oversight: Oversight;
  readonly watchers: Watchers;
  /** His own looking does not count. */
  readonly owner: string;
  readonly fourEyes: boolean;
  readonly graceSeconds: number;
  /** The owner is told who comes and goes. */
  readonly tell: boolean;
  readonly now: () => number;
  readonly end: (ending: Ending) => void;
}

export function keepCompany(options: CompanyOptions): CompanyKeeper {
  const { oversight, watchers, owner, graceSeconds } = options;
  const joined = Promise.withResolvers<void>();
  let state: 'none' | 'waiting' | 'accompanied' | 'alone' = 'none';
  let there: readonly string[] = [];
  let followers: readonly string[] = [];
  let timer: NodeJS.Timeout | null = null;
  const others = (): readonly string[] => watchers.names.filter((name) => name !== owner);
  const seenBy = (): readonly string[] => [
    ...new Set([...others(), ...followers.filter((name) => name !== owner)]),
  ];

  const look = (): void => {
    const now = others();
    const all = seenBy();
    if (options.tell || options.fourEyes) announce(there, all);
    there = all;
    if (state === 'none') return;
    if (now.length > 0 && state !== 'accompanied') accompanied();
    else if (now.length === 0 && state === 'accompanied') alone();
  };
  const announce = (before: readonly string[], now: readonly string[]): void => {
    const came = now.filter((name) => !before.includes(name));
    const left = before.filter((name) => !now.includes(name));
    if (came.length > 0) oversight.note(`${came.join(', ')} now watches this session.`);
    if (left.length > 0) oversight.note(`${left.join(', ')} watches no more.`);
  };
  const accompanied = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    state = 'accompanied';
    oversight.company(null);
    joined.resolve();
  };
  const alone = (): void => {
    state = 'alone';
    const left = graceSeconds * 1000;
    oversight.company({ kind: 'alone', until: options.now() + left });
    const reason = `nobody watched it for ${graceSeconds} s`;
    timer = setTimeout(() => options.end({ kind: 'terminated', by: 'the rule of four eyes', reason }), left);
  };
  const stopLooking = watchers.onChange(look);
  return {
    wait() {
      state = 'waiting';
      oversight.company({ kind: 'waiting' });
      look();
      return joined.promise;
    },
    followed(by) {
      followers = by;
      look();
    },
    greet() {
      if (options.tell || options.fourEyes) announce([], seenBy());
    },
    stop() {
      stopLooking();
      if (timer !== null) clearTimeout(timer);
      state = 'none';
    },
  };
}
