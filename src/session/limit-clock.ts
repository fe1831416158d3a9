import type { Ending, SessionLimits } from '#/domain/session.js';
import { due, type Limit } from './limits.js';

/** The timer of a session's limits. */
export interface LimitClock {
  keyPressed(): void;
  stop(): void;
}

export function startLimitClock(options: {
  readonly limits: SessionLimits;
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly end: (ending: Ending) => void;
}): LimitClock {
  const startedAt = options.now();
  let lastKeyAt = startedAt;
  const warned = new Set<Limit>();
  let timer: NodeJS.Timeout | null = null;
  look();
  return {
    keyPressed() {
      lastKeyAt = options.now();
      // no key helps against the longest time, and no key repeats its warning
      if (warned.delete('idle')) look();
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
    },
  };

  function look(): void {
    if (timer !== null) clearTimeout(timer);
    const alarm = due(options.limits, { startedAt, lastKeyAt, warned }, options.now());
    if (alarm === null) return;
    if (alarm.kind === 'end') return options.end(alarm.ending);
    if (alarm.kind === 'wait') {
      // setTimeout cannot wait longer than 24.8 days
      timer = setTimeout(look, Math.min(Math.max(alarm.until - options.now(), 1), 86_400_000));
      return;
    }
    warned.add(alarm.of);
    options.warn(alarm.line);
    look();
  }
}
