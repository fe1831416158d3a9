import type { ServerChannel } from 'ssh2';
import type { Outflow } from './ssh2-guards.js';

/** Bytes for which a client may take the time that the limits give it; for more of them it may take so many times as long. */
const USUAL_STEP = 128 * 1024;
const MOST_TIMES = 8;

/**
 * That a client reads shows only when it opens its window again. OpenSSH's does so every few packets, others when they have
 * read half of it, or all: until then one that reads slowly looks like one that has stopped.
 */
export interface ReadingPace {
  /** It has opened its window by so many bytes. */
  readonly opened: (amount: number) => void;
  /** Milliseconds that it may take until the next time, by what it takes in one step. */
  readonly patience: () => number;
}

export function readingPace(channel: ServerChannel, outflow: Outflow): ReadingPace {
  let step = outflow.windowOf(channel);
  return {
    opened: (amount) => void (step = amount),
    patience: () => outflow.farewell * Math.min(Math.max(step / USUAL_STEP, 1), MOST_TIMES),
  };
}
