import { PERMIT_LIFE } from './permits.js';

/** Recordings whose permit was redeemed, each good for one key: soon, and on the very connection that redeemed it. */
export interface RedeemedReplays {
  add(connection: object, permit: string, recordingId: string): void;
  /** The recording, once; null: not redeemed there, taken already, or too late. */
  take(connection: object, permit: string): string | null;
}

interface Redeemed {
  readonly recordingId: string;
  readonly until: number;
}

/** Held by the connection: when it is gone, so is everything that was redeemed on it. */
export function redeemedReplays(now: () => number): RedeemedReplays {
  const opened = new WeakMap<object, Map<string, Redeemed>>();
  return {
    add(connection, permit, recordingId) {
      const mine = opened.get(connection) ?? new Map<string, Redeemed>();
      for (const [key, { until }] of mine) if (until <= now()) mine.delete(key);
      opened.set(connection, mine.set(permit, { recordingId, until: now() + PERMIT_LIFE }));
    },
    take(connection, permit) {
      const mine = opened.get(connection);
      const one = mine?.get(permit);
      mine?.delete(permit);
      return one === undefined || one.until <= now() ? null : one.recordingId;
    },
  };
}
