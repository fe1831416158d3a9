import { oneLine } from '#/domain/failure.js';

/** Of this one function the ssh that holds a login prints everything (LogVerbose): why a connection was not made. */
export const REFUSAL_LOG = 'channels.c:channel_input_open_failure():*';

const REFUSED = /: channel \d+: open failed: (.*)$/;
/** The client answers on one pipe and says why on another. Milliseconds. */
const PATIENCE = 100;

/** What the ssh that holds a login says, on its standard error, of connections that the target does not make. */
export interface Refusals {
  heard(line: string): void;
  /** While a connection is being asked for. */
  during<T>(asked: Promise<T>): Promise<T>;
  /** Why the last one was not made. Null: nothing was said, or several were under way and nobody can tell whose it is. */
  take(): Promise<string | null>;
}

export function watchRefusals(): Refusals {
  let underWay = 0;
  let mixed = false;
  let last: string | null = null;
  const waiting = new Set<() => void>();
  return {
    heard(line) {
      const why = REFUSED.exec(line)?.[1];
      if (why === undefined) return;
      last = oneLine(why);
      for (const go of [...waiting]) go();
    },
    async during(asked) {
      if (underWay === 0) [mixed, last] = [false, null];
      underWay += 1;
      mixed ||= underWay > 1;
      return await asked.finally(() => {
        underWay -= 1;
      });
    },
    async take() {
      if (last === null && !mixed) await said();
      return mixed ? null : last;
    },
  };

  function said(): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        waiting.delete(go);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(go, PATIENCE);
      waiting.add(go);
    });
  }
}
