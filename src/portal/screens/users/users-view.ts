import type { UserRow } from '#/contract/rows.js';
import type { VaultRight } from '#/domain/permission.js';
import type { ListKind } from '../../list.js';
import { shown } from '../../text.js';
import { dateTime } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';
import { keyText } from './user-acts.js';

export const usersList: ListKind<UserRow> = {
  idOf: (row) => row.id,
  textOf: (row) => `${row.name} ${row.groups.join(' ')}`,
  order: (a, b) => (a.name < b.name ? -1 : 1),
};

const SEEING: readonly VaultRight[] = [
  'addUpdateUsers',
  'auditUsers',
  'resetUsersPasswords',
  'activateUsers',
];

/** Whether the vault lists users for somebody with these rights. */
export function seesUsers(rights: readonly VaultRight[]): boolean {
  return rights.some((right) => SEEING.includes(right));
}

export function seesGroups(rights: readonly VaultRight[]): boolean {
  return rights.includes('addUpdateUsers') || rights.includes('auditUsers');
}

/** How a user stands, the gravest first. */
export function standing(row: UserRow, now: number): string {
  if (row.disabled) return 'disabled';
  if (row.lockedUntil !== null && row.lockedUntil > now) return 'locked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'expired';
  return row.mustChangePassword ? 'new password' : 'active';
}

const STATE = 12;

function widths(columns: number) {
  const name = Math.max(10, Math.floor((columns - STATE) * 0.45));
  return { name, groups: Math.max(6, columns - name - STATE - 4) };
}

export function userHeads(columns: number): Line {
  const { name, groups } = widths(columns);
  return cells(
    [
      { text: 'User', columns: name },
      { text: 'Is', columns: STATE },
      { text: 'Groups', columns: groups },
    ],
    '',
  );
}

export function userLine(row: UserRow, columns: number, now: number, sign: Signs): Line {
  const { name, groups } = widths(columns);
  return cells(
    [
      { text: shown(row.name), columns: name },
      { text: standing(row, now), columns: STATE },
      { text: shown(row.groups.join(', ')), columns: groups, look: 'quiet' },
    ],
    sign('more'),
  );
}

export function userSummary(row: UserRow): Line {
  const rights = row.rights.length === 0 ? 'no rights on the vault' : row.rights.join(', ');
  return [span(`  ${shown(row.directory ?? 'vault')}: ${rights}`, 'quiet')];
}

function factorText({ secondFactor: { policy, enrolled } }: UserRow): string {
  if (policy === 'off') return 'switched off';
  return enrolled ? 'set up' : policy === 'required' ? 'required, not set up yet' : 'none';
}

export function userDetails(row: UserRow, columns: number, now: number): readonly Line[] {
  const until = (at: number | null): string => (at === null ? 'no end' : `${dateTime(at)} UTC`);
  const rows = labelled(
    [
      ['Is', standing(row, now)],
      ['From', shown(row.directory ?? 'the vault')],
      ['Groups', shown(row.groups.join(', '))],
      ['Rights', row.rights.join(', ')],
      ['Until', until(row.expiresAt)],
      ['Hours', shown(row.logonHours ?? 'any')],
      ['2nd factor', factorText(row)],
      ...row.publicKeys.map((key, place) => [place === 0 ? 'SSH keys' : '', shown(keyText(key))] as const),
    ],
    columns,
  );
  return [[span(shown(row.name), 'strong')], EMPTY, ...rows];
}
