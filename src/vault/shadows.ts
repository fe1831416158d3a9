import type { Shadow } from './records/shadows.js';

const LONGEST = 31;
const PREFIX = 'shadow-';

/** A name for a person's shadow identity: a Unix user name, told apart by a number where two people's would be the same. */
export function shadowName(user: string, taken: ReadonlySet<string>): string {
  const slug =
    user
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'user';
  for (let n = 1; ; n += 1) {
    const end = n === 1 ? '' : `-${n}`;
    const name = PREFIX + slug.slice(0, LONGEST - PREFIX.length - end.length).replace(/-+$/, '') + end;
    if (!taken.has(name)) return name;
  }
}

/** The next uid of the range that never was anybody's; null: none is left. */
export function nextUid(
  range: { readonly first: number; readonly count: number },
  shadows: readonly Shadow[],
): number | null {
  const last = range.first + range.count - 1;
  const used = shadows.map((one) => one.uid).filter((uid) => uid >= range.first && uid <= last);
  const next = used.length === 0 ? range.first : Math.max(...used) + 1;
  return next <= last ? next : null;
}
