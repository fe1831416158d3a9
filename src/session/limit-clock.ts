import type { Ending, SessionLimits } from '#/domain/session.js';
import { due, type Limit } from './limits.js';

/** The timer of a session's limits. */
export interface LimitClock {
  keyPressed(): void;
  stop(): void;
}

/** Milliseconds that a warning no key helps against is shown to who types on. */
const READING = 10_000;

export function startLimitClock(options: {
  readonly limits: SessionLimits;
  readonly now: () => number;
  /** A warning is shown until `calm`. */
  readonly warn: (of: Limit, line: string) => void;
  /** Who types has read the warning, or made it void. */
  readonly calm: (of: Limit) => void;
  readonly end: (ending: Ending) => void;
}): LimitClock {
  const startedAt = options.now();
  let lastKeyAt = startedAt;
  const warned = new Set<Limit>();
  /** Since when the warning of the longest time is shown; null: it is not. */
  let shownSince: number | null = null;
  let timer: NodeJS.Timeout | null = null;
  look();
  return {
    keyPressed() {
      lastKeyAt = options.now();
      // no key helps against the longest time, and no key repeats its warning
      if (shownSince !== null && lastKeyAt >= shownSince + READING) {
        shownSince = null;
        options.calm('time-limit');
      }
      if (!warned.delete('idle')) return;
      options.calm('idle');
      look();
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
    if (alarm.of === 'time-limit') shownSince = options.now();
    options.warn(alarm.of, alarm.line);
    look();
  }
}
