import { expect, test } from 'vitest';
import type { AccountRow } from '#/contract/rows.js';
import { DELIMITERS, readSshUser, type Target } from '#/domain/destination.js';
import { alternatives, filterFor, type Unsettled, whyUnsettled } from '#/processes/portal/direct-words.js';
import { account } from '../portal/fake-services.ts';

const at = (user: string, address: string, port: number | null = null): Target => ({
  kind: 'account',
  user,
  domain: null,
  address,
  port,
});
const part = (text: string): Target => ({ kind: 'part', text, port: null });
const typist = (target: Target) => ({ person: 'alice@corp.example', target, delimiters: DELIMITERS });
const found = (kind: Unsettled['kind'], ...accounts: readonly AccountRow[]): Unsettled => ({
  kind,
  accounts,
  more: 0,
});
const web1 = account('a1', 'root', 'web1');

test('each name that is listed leads to its account and no other', () => {
  const rows = [
    web1,
    account('a2', 'root', 'web2'),
    account('a3', 'root', 'WEB2', { port: 2222 }),
    account('a4', 'twin', 'web3', { safe: 'One' }),
    account('a5', 'twin', 'web3', { safe: 'Two', usable: false }),
    account('a6', 'admin@corp', '2001:db8::1'),
  ];
  const lines = alternatives(found('incomplete', ...rows), typist(part('web'))).slice(2);
  expect(lines).toEqual([
    '  alice@corp.example@root@web1  (safe Linux-Production)',
    '  alice@corp.example@root@web2#22  (safe Linux-Production)',
    '  alice@corp.example@root@WEB2#2222  (safe Linux-Production)',
    '  alice@corp.example@a4  (safe One)',
    '  alice@corp.example@a5  (safe Two, not to be used by you)',
    '  alice@corp.example@admin@corp@2001:db8::1  (safe Linux-Production)',
  ]);
  for (const line of lines) {
    const name = line.trim().split('  ')[0] ?? '';
    const readings = readSshUser(name).filter((one) => one.vaultUser === 'alice@corp.example');
    expect(readings).toHaveLength(1);
  }
});

test.each([
  [found('ambiguous', web1), at('root', 'web1', 22), 'root@web1#22 is more than one account.', 'root web1'],
  [found('incomplete', web1), part('web1'), 'web1 alone does not say which account.', 'web1'],
  [found('incomplete'), part(''), 'The user name lacks the account.', ''],
  [
    found('none', web1),
    at('x', 'web1'),
    'There is no account x@web1 that you may see. These are near.',
    'web1',
  ],
  [
    found('none', web1, account('a2', 'Root', 'db1')),
    at('root', 'web'),
    'There is no account root@web that you may see. These are near.',
    'root',
  ],
  [found('none'), at('x', 'y\u001b[2J'), /^There is no account x@y.*Check the spelling\.$/, ''],
])('%j for %j', (unsettled, target, why, filter) => {
  const said = whyUnsettled(unsettled, typist(target));
  if (typeof why === 'string') expect(said).toBe(why);
  else expect(said).toMatch(why);
  // oxlint-disable-next-line no-control-regex -- that there is none
  expect(said).not.toMatch(/[\u0000-\u001f]/);
  expect(filterFor(unsettled, typist(target))).toBe(filter);
});

test('long lists say so, and who gets none learns the form', () => {
  expect(alternatives({ ...found('none', web1), more: 3 }, typist(part('w'))).at(-1)).toBe(
    '  and 3 more: the menu lists them.',
  );
  expect(alternatives(found('none'), typist(part('w'))).at(-1)).toBe(
    '  The form is alice@corp.example@TARGETUSER@ADDRESS; the menu lists your accounts.',
  );
});
