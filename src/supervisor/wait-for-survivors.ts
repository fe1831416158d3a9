import { setTimeout as sleep } from 'node:timers/promises';
import { survivors } from './status.js';

/**
 * A daemon that was killed leaves processes that drain by themselves. Two vaults on one database, or two recorders on one
 * spool, must never be: wait for them, and end those that do not leave. `limit` in milliseconds.
 */
export async function waitForSurvivors(
  run: string,
  limit: number,
  say: (line: string) => void,
): Promise<void> {
  const until = performance.now() + limit;
  let told = false;
  for (let left = survivors(run); left.length > 0; left = survivors(run)) {
    if (!told) say(`an earlier daemon was killed; waiting for its processes to finish (${left.join(', ')})`);
    told = true;
    if (performance.now() > until) for (const pid of left) process.kill(pid, 'SIGKILL');
    await sleep(50);
  }
}
