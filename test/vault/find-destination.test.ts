import { describe, expect, test } from 'vitest';
import type { AccountRow } from '#/contract/rows.js';
import { findDestination, mayFit } from '#/vault/find-destination.js';

const row = (id: string, user: string, address: string, more: Partial<AccountRow> = {}): AccountRow => ({
  id,
  safe: 'Linux',
  user,
  address,
  port: 22,
  platform: 'UnixSSH',
  secretKind: 'password',
  usable: true,
  why: null,
  favourite: false,
  lastUsedAt: null,
  hostKeyFingerprint: null,
  mayPinHostKey: false,
  reasonRequired: false,
  policy: [],
  ...more,
});

const ROWS = [
  row('a1', 'root', 'web1'),
  row('a2', 'root', 'web2'),
  row('a3', 'root', 'web2', { port: 2222 }),
  row('a4', 'Root', 'db1'),
  row('a5', 'root', 'DB1'),
  row('a6', 'root@corp', 'web3'),
  row('a7', 'admin', '2001:db8::1'),
  row('a8', 'deploy', 'app1', { usable: false, why: 'useAccounts is missing' }),
  row('a9', 'deploy', 'app1', { safe: 'Other' }),
  row('b1', 'twin', 'app2', { safe: 'One' }),
  row('b2', 'twin', 'app2', { safe: 'Two' }),
];

const account = (users: string | readonly string[], address: string, port: number | null = null) => ({
  kind: 'account' as const,
  users: [users].flat(),
  address,
  port,
});
const part = (text: string, port: number | null = null) => ({ kind: 'part' as const, text, port });

function told(target: Parameters<typeof findDestination>[1], rows: readonly AccountRow[] = ROWS): string {
  const found = findDestination(rows, target);
  return found.kind === 'account'
    ? `account ${found.account.id}`
    : `${found.kind} ${found.accounts.map((one) => one.id).join(' ')}`.trim();
}

test.each([
  ['exactly', account('root', 'web1'), 'account a1'],
  ['whatever the case', account('ROOT', 'WEB1'), 'account a1'],
  ['with its port', account('root', 'web1', 22), 'account a1'],
  ['with another port', account('root', 'web1', 23), 'none a1'],
  ['one of two ports', account('root', 'web2', 2222), 'account a3'],
  ['two ports', account('root', 'web2'), 'ambiguous a2 a3'],
  ['the user as typed first', account('Root', 'db1'), 'account a4'],
  ['the address as typed first', account('root', 'DB1'), 'account a5'],
  ['nothing as typed', account('ROOT', 'Db1'), 'ambiguous a4 a5'],
  ['a user of a domain', account(['root#corp', 'root@corp'], 'web3'), 'account a6'],
  ['IPv6 in brackets', account('admin', '[2001:DB8::1]'), 'account a7'],
  ['what may be used, rather than what may not', account('deploy', 'app1'), 'account a9'],
  ['the same account in two safes', account('twin', 'app2'), 'ambiguous b1 b2'],
  ['one of them by its id', part('b2'), 'account b2'],
  ['an address alone, though one account fits', part('web1'), 'incomplete a1'],
  ['an address alone', part('web2'), 'incomplete a2 a3'],
  ['an address and its port', part('web2', 22), 'incomplete a2'],
  ['a user alone', part('deploy'), 'incomplete a9 a8'],
  ['nothing at all', part(''), 'incomplete'],
  ['another user of the same address', account('nobody', 'web1'), 'none a1'],
  ['a slip of the finger', account('root', 'wbe1'), 'none a1'],
  ['a letter too much', account('root', 'web11'), 'none a1'],
  ['the beginning of an address', account('root', 'app'), 'none a9 b1 b2 a8'],
  ['the same user elsewhere', account('admin', 'nowhere.example'), 'none a7'],
  ['nothing like it', account('nobody', 'nowhere.example'), 'none'],
  ['nothing like one part', part('nowhere.example'), 'none'],
])('%s', (_what, target, outcome) => {
  expect(told(target)).toBe(outcome);
  // whoever looks only at those that may fit finds the same, or nothing
  const few = told(target, ROWS.filter(mayFit(target)));
  expect(few).toBe(outcome.startsWith('none') ? few.replace(/^(?!none).*/, 'none expected') : outcome);
});

test('long lists end, with how many there are more', () => {
  const many = Array.from({ length: 50 }, (_, place) => row(`c${place}`, `u${place}`, 'big'));
  const found = findDestination(many, part('big'));
  expect(found).toMatchObject({ kind: 'incomplete', more: 30 });
  expect('accounts' in found && found.accounts.length).toBe(20);
});

describe('whoever may see nothing', () => {
  test.each([account('root', 'web1'), part('web1'), part('a1')])('%j', (target) => {
    expect(told(target, [])).toBe('none');
  });
});
