const LONGEST = 5000;
/** A process that lived this long did its work: its next start is the first again. */
const HEALTHY = 30_000;

/** Milliseconds to wait before a child is started again: none the first time, then growing to five seconds. */
export function backoff(failuresInARow: number): number {
  return failuresInARow <= 1 ? 0 : Math.min(LONGEST, 100 * 2 ** (failuresInARow - 2));
}

/** `livedMs`: how long the process that has just ended was up. */
export function failuresAfter(failuresInARow: number, livedMs: number): number {
  return livedMs >= HEALTHY ? 1 : failuresInARow + 1;
}
