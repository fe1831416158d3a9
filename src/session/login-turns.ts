import type { Target } from './target.js';

/** Who may try to log in at a target now. */
export interface LoginTurns {
  /** Resolves when it is one's turn, or `signal` is aborted; the result gives the turn back, once. */
  take(target: Target, signal: AbortSignal): Promise<() => void>;
}

/**
 * An sshd drops new connections by chance while ten others are not logged in yet (MaxStartups): of sixty-four that begin at
 * once most would fail. So not more than `most` at a time knock at one target; the others wait in line.
 */
export function createLoginTurns(most: number): LoginTurns {
  const lines = new Map<string, { taken: number; readonly waiting: Set<() => void> }>();

  return {
    take(target, signal) {
      const key = `${target.address.toLowerCase()} ${target.port}`;
      const line = lines.get(key) ?? { taken: 0, waiting: new Set() };
      lines.set(key, line);
      const { promise, resolve } = Promise.withResolvers<() => void>();
      const go = (): void => {
        leave();
        line.taken += 1;
        let mine = true;
        resolve(() => {
          if (mine) line.taken -= 1;
          mine = false;
          next(key);
        });
      };
      const giveUp = (): void => {
        leave();
        resolve(() => undefined);
      };
      const leave = (): void => {
        line.waiting.delete(go);
        signal.removeEventListener('abort', giveUp);
      };
      if (signal.aborted) giveUp();
      else if (line.taken < most) go();
      else {
        line.waiting.add(go);
        signal.addEventListener('abort', giveUp, { once: true });
      }
      return promise;
    },
  };

  function next(key: string): void {
    const line = lines.get(key);
    if (line === undefined) return;
    const [first] = line.waiting;
    if (line.taken < most && first !== undefined) first();
    if (line.taken === 0 && line.waiting.size === 0) lines.delete(key);
  }
}
