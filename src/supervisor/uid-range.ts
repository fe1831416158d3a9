import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './lock.js';
import { identityOf, isAlive } from './process-identity.js';

export interface UidRange {
  readonly first: number;
  readonly count: number;
}

export type Claim =
  | { readonly ok: true; readonly range: UidRange }
  | { readonly ok: false; readonly why: string };

/** One entry of the directory of claims: the range in its name, the owner and its home in its target. */
interface Entry extends UidRange {
  readonly name: string;
  readonly owner: string;
  readonly home: string;
}

/**
 * Claims a range of shadow uids on this host, so that two homes never share one. `chosen`: the range was set in the
 * configuration and is refused when a running daemon has it; otherwise the next range that no home has is claimed, and
 * must be kept in the configuration. A claim ends with its home.
 */
export function claimUidRange(options: {
  readonly directory: string;
  readonly wanted: UidRange;
  readonly chosen: boolean;
  readonly home: string;
  readonly uidMap: string;
  readonly accounts: string;
}): Claim {
  const { directory, wanted, chosen, home } = options;
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const lock = patientLock(join(directory, '.lock'));
  try {
    const others = entries(directory).filter((entry) => entry.home !== home);
    const range = chosen ? wanted : nextFree(wanted, others);
    const why = objection(
      range,
      others.filter(({ owner }) => isAlive(owner)),
      options,
    );
    if (why !== null) return { ok: false, why };
    const path = join(directory, `${range.first}-${range.count}`);
    rmSync(path, { force: true });
    symlinkSync(`${identityOf(process.pid)} ${home}`, path);
    return { ok: true, range };
  } finally {
    lock();
  }
}

export function overlaps(a: UidRange, b: UidRange): boolean {
  return a.first < b.first + b.count && b.first < a.first + a.count;
}

export function nextFree(wanted: UidRange, taken: readonly UidRange[]): UidRange {
  let range = wanted;
  for (
    let hit = taken.find((one) => overlaps(one, range));
    hit !== undefined;
    hit = taken.find((one) => overlaps(one, range))
  ) {
    range = { first: hit.first + hit.count, count: wanted.count };
  }
  return range;
}

/** Whether the uids exist in our user namespace: `map` is the text of /proc/self/uid_map. */
export function insideUidMap(range: UidRange, map: string): boolean {
  return map.split('\n').some((line) => {
    const [first = NaN, , count = NaN] = line.trim().split(/\s+/).map(Number);
    return range.first >= first && range.first + range.count <= first + count;
  });
}

function objection(
  range: UidRange,
  others: readonly Entry[],
  options: { readonly uidMap: string; readonly accounts: string },
): string | null {
  const shown = `${range.first} to ${range.first + range.count - 1}`;
  const set = 'set shadowUidFirst (and shadowUidCount) in config.json to a free range';
  const other = others.find((entry) => overlaps(entry, range));
  if (other !== undefined)
    return `the shadow uids ${shown} are taken by the daemon of ${other.home} (process ${other.owner.split(':')[0]}); ${set}`;
  if (!insideUidMap(range, options.uidMap))
    return `the shadow uids ${shown} do not exist in this user namespace; ${set}`;
  const account = options.accounts
    .split('\n')
    .map((line) => line.split(':'))
    .find(
      ([, , uid]) => uid !== undefined && uid !== '' && overlaps(range, { first: Number(uid), count: 1 }),
    );
  return account === undefined
    ? null
    : `the shadow uids ${shown} hold the account ${account[0]} of this host; ${set}`;
}

/** Claims of homes that are still there, their daemon running or not; those of removed homes are cleared away. */
function entries(directory: string): Entry[] {
  return readdirSync(directory).flatMap((name) => {
    const [, first, count] = /^(\d+)-(\d+)$/.exec(name) ?? [];
    if (first === undefined || count === undefined) return [];
    const [owner = '', ...home] = readlinkSync(join(directory, name)).split(' ');
    if (isAlive(owner) || existsSync(home.join(' ')))
      return [{ name, first: Number(first), count: Number(count), owner, home: home.join(' ') }];
    rmSync(join(directory, name), { force: true });
    return [];
  });
}

/** Held for milliseconds only, so waiting for it may be busy. */
function patientLock(path: string): () => void {
  for (;;) {
    const lock = takeLock(path);
    if (lock.ok) return () => lock.release();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

/** What claimUidRange wants to know of the host. */
export function hostUids(): { readonly uidMap: string; readonly accounts: string } {
  return {
    uidMap: readFileSync('/proc/self/uid_map', 'utf8'),
    accounts: readFileSync('/etc/passwd', 'utf8'),
  };
}
