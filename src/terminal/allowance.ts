/** So much at once, and so much more a second, of the time that is told. When it is used up, a part must have come back first. */
export interface Allowance {
  /** There is something left. Then anything may be taken. */
  has(now: number): boolean;
  take(amount: number): void;
}

export function createAllowance({
  most,
  perSecond,
}: {
  readonly most: number;
  readonly perSecond: number;
}): Allowance {
  let left = most;
  let last = 0;
  let usedUp = false;
  return {
    has(now) {
      if (now > last) {
        left = Math.min(most, left + ((now - last) / 1000) * perSecond);
        last = now;
      }
      usedUp = left <= (usedUp ? most / 64 : 0);
      return !usedUp;
    },
    take(amount) {
      left -= amount;
    },
  };
}
