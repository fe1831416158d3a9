import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from '#/contract/calls.js';
import { type DaemonStatus, daemonStatus } from '#/contract/status.js';

const LOG = 'The log has the reason: logs/postern.log in the home.';

/** What the daemon itself has to say: its processes, and each wall of the isolation that it tried out. */
export function daemonChecks(run: string): readonly Check[] {
  try {
    return checksOf(daemonStatus.parse(JSON.parse(readFileSync(join(run, 'status.json'), 'utf8'))));
  } catch (error) {
    const detail = `${run}/status.json cannot be read: ${error instanceof Error ? error.message : 'unknown'}`;
    return [{ part: 'daemon', state: 'warning', detail, next: 'Restart Postern.' }];
  }
}

export function checksOf(status: DaemonStatus): readonly Check[] {
  return [
    daemonCheck(status),
    ...status.children.map(childCheck),
    ...wallChecks(status),
    ...status.reduced.map(reducedCheck),
  ];
}

function daemonCheck({ state, pid, listen, root }: DaemonStatus): Check {
  const detail = `process ${pid}, ${state}, listening on ${listen}${root ? '' : ', without root'}`;
  return state === 'ready'
    ? { part: 'daemon', state: 'ok', detail, next: null }
    : { part: 'daemon', state: 'warning', detail, next: 'Wait a moment and look again.' };
}

function childCheck({ name, state, pid, restarts, lastEnd }: DaemonStatus['children'][number]): Check {
  const part = `process ${name}`;
  const again =
    restarts === 0 ? '' : `; started again ${restarts} times, last because it ${lastEnd ?? 'ended'}`;
  if (state === 'ready')
    return {
      part,
      state: restarts === 0 ? 'ok' : 'warning',
      detail: `process ${pid ?? '?'} is up${again}`,
      next: restarts === 0 ? null : LOG,
    };
  // nothing but the demo needs the demo
  return { part, state: name === 'demo' ? 'warning' : 'failure', detail: `${state}${again}`, next: LOG };
}

/** The walls of the level that was reached, on one line; of those tried before it, what was missing. */
function wallChecks({ isolationTrials }: DaemonStatus): readonly Check[] {
  return isolationTrials.map(({ level, reached, failure, walls }) => {
    const missing = walls.filter(({ holds }) => !holds).map(({ wall, found }) => `${wall} (${found})`);
    const detail = reached
      ? walls.map(({ wall }) => wall).join(', ') || 'no walls'
      : (failure ?? missing.join(', '));
    return { part: `isolation level ${level}`, state: reached ? 'ok' : 'warning', detail, next: null };
  });
}

function reducedCheck(detail: string): Check {
  return { part: 'reduced', state: 'warning', detail, next: null };
}
