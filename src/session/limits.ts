import type { Ending, SessionLimits } from '#/domain/session.js';

export type Limit = 'idle' | 'time-limit';

/** When the session's clocks have something to say. Times are milliseconds. */
export interface Clocks {
  readonly startedAt: number;
  /** The last key that the person pressed. */
  readonly lastKeyAt: number;
  /** What the person was told of already. */
  readonly warned: ReadonlySet<Limit>;
}

export type Alarm =
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'warn'; readonly of: Limit; readonly line: string }
  | { readonly kind: 'end'; readonly ending: Ending };

const MINUTE = 60_000;

/** What is due now, or when to look again; null: no limits. Each is warned of once; a key pressed after the warning of idleness makes that one due anew. */
export function due(limits: SessionLimits, clocks: Clocks, now: number): Alarm | null {
  const idle =
    limits.idleMinutes > 0
      ? {
          minutes: limits.idleMinutes,
          at: clocks.lastKeyAt + limits.idleMinutes * MINUTE,
          kind: 'idle' as const,
        }
      : null;
  const most =
    limits.maximumMinutes > 0
      ? {
          minutes: limits.maximumMinutes,
          at: clocks.startedAt + limits.maximumMinutes * MINUTE,
          kind: 'time-limit' as const,
        }
      : null;
  const next = idle === null || (most !== null && most.at <= idle.at) ? most : idle;
  if (next === null) return null;
  if (now >= next.at) return { kind: 'end', ending: { kind: next.kind, minutes: next.minutes } };
  const warnAt = next.at - Math.min(MINUTE, (next.minutes * MINUTE) / 2);
  if (clocks.warned.has(next.kind)) return { kind: 'wait', until: next.at };
  if (now < warnAt) return { kind: 'wait', until: warnAt };
  return { kind: 'warn', of: next.kind, line: warning(next.kind, next.at - now) };
}

function warning(kind: Limit, left: number): string {
  const seconds = Math.max(1, Math.round(left / 1000));
  const when = seconds === 60 ? '1 minute' : `${seconds} seconds`;
  return kind === 'idle'
    ? `No key was pressed for a long time: this session ends in ${when}. Press any key to keep it.`
    : `This session reaches its limit in ${when}.`;
}
