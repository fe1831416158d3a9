/** Failed logins of one user from one source: nobody can lock a person out from another address. */
export interface Attempts {
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly lastFailureAt: number | null;
  readonly lockedUntil: number | null;
}

export const NO_ATTEMPTS: Attempts = { failures: 0, lastFailureAt: null, lockedUntil: null };

/** Failures before the first wait; as OpenSSH's MaxAuthTries is six a connection, five leave one for the right password. */
const FREE_TRIES = 5;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Failures are forgotten after an hour without one. */
const FORGET_MS = 60 * 60_000;

/** Each failure beyond the free ones doubles the wait: 5 s, 10 s, 20 s, … 15 min. */
export function afterFailure(before: Attempts, now: number): Attempts {
  const stale = before.lastFailureAt !== null && now - before.lastFailureAt > FORGET_MS;
  const failures = (stale ? 0 : before.failures) + 1;
  const over = failures - FREE_TRIES;
  const wait = over < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** Math.min(over, 20), LONGEST_WAIT_MS);
  return { failures, lastFailureAt: now, lockedUntil: wait === 0 ? null : now + wait };
}

export function mayTry(
  attempts: Attempts,
  now: number,
): { readonly kind: 'go' } | { readonly kind: 'wait'; readonly seconds: number } {
  if (attempts.lockedUntil === null || attempts.lockedUntil <= now) return { kind: 'go' };
  return { kind: 'wait', seconds: Math.ceil((attempts.lockedUntil - now) / 1000) };
}
