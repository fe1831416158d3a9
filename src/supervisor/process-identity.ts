import { readFileSync } from 'node:fs';

/** Text that names one process for good: pid, its start in clock ticks, and the boot that both belong to. */
export function identityOf(pid: number): string {
  return `${pid}:${startOf(pid)}:${bootId()}`;
}

/** A pid alone may be somebody else's by now. A zombie is no longer alive: it holds nothing. */
export function isAlive(identity: string): boolean {
  const [pid = '', start = '', boot] = identity.split(':');
  return /^\d+$/.test(pid) && start !== '' && boot === bootId() && startOf(Number(pid)) === start;
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name in the second field may hold anything, so count from behind it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '-';
  }
}
