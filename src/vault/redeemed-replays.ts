import { PERMIT_LIFE } from './permits.js';

/** Recordings whose permit was redeemed, each good for one key: soon, and on the very connection that redeemed it. */
export interface RedeemedReplays {
  add(connection: object, permit: string, replay: RedeemedReplay): void;
  /** The recording, once; null: not redeemed there, taken already, or too late. */
  take(connection: object, permit: string): string | null;
  /** One that is being watched there; null: there is none, or nobody has asked for long. */
  watched(connection: object, permit: string): RedeemedReplay | null;
}

export interface RedeemedReplay {
  readonly recordingId: string;
  /** Null: the console. */
  readonly userId: string | null;
}

interface Redeemed extends RedeemedReplay {
  /** Its key was given. */
  taken: boolean;
  until: number;
}

/** Held by the connection: when it is gone, so is everything that was redeemed on it. */
export function redeemedReplays(now: () => number): RedeemedReplays {
  const opened = new WeakMap<object, Map<string, Redeemed>>();
  const find = (connection: object, permit: string): Redeemed | null => {
    const one = opened.get(connection)?.get(permit);
    return one === undefined || one.until <= now() ? null : one;
  };
  return {
    add(connection, permit, replay) {
      const mine = opened.get(connection) ?? new Map<string, Redeemed>();
      for (const [key, { until }] of mine) if (until <= now()) mine.delete(key);
      opened.set(connection, mine.set(permit, { ...replay, taken: false, until: now() + PERMIT_LIFE }));
    },
    take(connection, permit) {
      const one = find(connection, permit);
      if (one === null || one.taken) return null;
      one.taken = true;
      return one.recordingId;
    },
    watched(connection, permit) {
      const one = find(connection, permit);
      if (one === null) return null;
      one.until = now() + PERMIT_LIFE;
      return one;
    },
  };
}
