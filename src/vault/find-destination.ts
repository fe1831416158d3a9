import type { CallArgs } from '#/contract/calls.js';
import type { FoundDestination } from '#/contract/direct-calls.js';
import type { AccountRow } from '#/contract/rows.js';

export type DirectTarget = CallArgs<'person.destination'>['target'];

/** Alternatives that are listed; more than fit on a screen help nobody. */
const MOST = 20;

/** The account that is meant, whatever the case, preferring what was typed exactly and what may be used; or the alternatives. */
export function findDestination(rows: readonly AccountRow[], target: DirectTarget): FoundDestination {
  if (target.kind === 'part') return findPart(rows, target);
  const found = best(rows, (row) => fit(row, target));
  const [first] = found;
  if (first === undefined) return several('none', near(rows, target));
  return found.length === 1 ? { kind: 'account', account: first } : several('ambiguous', found);
}

/** Whether an account may be one that is meant: all that the search looks at, but for what is near. */
export function mayFit(
  target: DirectTarget,
): (account: Pick<AccountRow, 'id' | 'user' | 'address'>) => boolean {
  if (target.kind === 'account')
    return ({ user, address }) => sameAddress(address, target.address) && same(user, target.users);
  const { text } = target;
  return ({ id, user, address }) => id === text || sameAddress(address, text) || same(user, [text]);
}

/** One part names an account only by its id: what fits today may be two accounts tomorrow. */
function findPart(
  rows: readonly AccountRow[],
  { text, port }: Extract<DirectTarget, { kind: 'part' }>,
): FoundDestination {
  const known = rows.find((row) => row.id === text);
  if (known !== undefined) return { kind: 'account', account: known };
  if (text === '') return several('incomplete', []);
  const users = [text];
  const fitting = rows.filter(
    (row) =>
      (sameAddress(row.address, text) || same(row.user, users)) && (port === null || row.port === port),
  );
  return fitting.length > 0
    ? several('incomplete', fitting)
    : several('none', near(rows, { kind: 'account', users, address: text, port }));
}

/** How well an account fits; 0: not at all. */
function fit(row: AccountRow, { users, address, port }: Extract<DirectTarget, { kind: 'account' }>): number {
  if (!same(row.user, users) || !sameAddress(row.address, address)) return 0;
  if (port !== null && row.port !== port) return 0;
  return 1 + (users.includes(row.user) ? 2 : 0) + (row.address === address ? 1 : 0);
}

function best(rows: readonly AccountRow[], score: (row: AccountRow) => number): readonly AccountRow[] {
  const scored = rows.map((row) => ({ row, score: score(row) })).filter((one) => one.score > 0);
  const most = scored.reduce((sum, one) => Math.max(sum, one.score), 0);
  const found = scored.filter((one) => one.score === most).map(({ row }) => row);
  const usable = found.filter((row) => row.usable);
  return usable.length > 0 ? usable : found;
}

/** The same address with other users, or else the same user elsewhere and addresses that look alike. */
function near(
  rows: readonly AccountRow[],
  { users, address }: Extract<DirectTarget, { kind: 'account' }>,
): readonly AccountRow[] {
  const there = rows.filter((row) => sameAddress(row.address, address));
  if (there.length > 0) return there;
  const wanted = address.toLowerCase();
  const alike = (row: AccountRow): boolean => {
    const other = row.address.toLowerCase();
    return other.startsWith(wanted) || wanted.startsWith(other) || oneSlip(other, wanted);
  };
  const similar = wanted === '' ? [] : rows.filter(alike);
  return similar.length > 0 ? similar : rows.filter((row) => same(row.user, users));
}

/** Whether one letter typed wrong, left out, added or swapped makes one of the other. */
function oneSlip(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return (
    (left.length <= 1 && right.length <= 1) ||
    (left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0])
  );
}

function same(user: string, users: readonly string[]): boolean {
  return users.some((one) => one.toLowerCase() === user.toLowerCase());
}

function sameAddress(a: string, b: string): boolean {
  return bareAddress(a) === bareAddress(b);
}

/** In small letters. IPv6 addresses are written with and without brackets. */
export function bareAddress(address: string): string {
  return address.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

function several(
  kind: 'ambiguous' | 'incomplete' | 'none',
  accounts: readonly AccountRow[],
): FoundDestination {
  const ordered = [...accounts].sort((a, b) => Number(b.usable) - Number(a.usable));
  return { kind, accounts: ordered.slice(0, MOST), more: Math.max(0, ordered.length - MOST) };
}
