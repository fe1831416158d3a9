import { readFileSync } from 'node:fs';

/** A clock in ms that stands still while this thread could run and the machine runs others: to judge what takes how long. */
export function ownTime(): number {
  // in ns: how long it ran, how long it stood in the queue of a core
  const [, queued] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ');
  return performance.now() - Number(queued) / 1e6;
}
