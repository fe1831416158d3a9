import { describe, expect, test } from 'vitest';
import { filetime, stateOf, stateOfRejection } from '#/directory/account-state.js';
import { sidOfPrimaryGroup } from '#/directory/groups.js';
import { passwordModify } from '#/directory/ldap.js';

// no samba can be run in this suite: what Active Directory says is decoded from tables of what it documents
const NOW = Date.UTC(2026, 10, 23);
const ticks = (at: number): string => String((BigInt(at) + 11_644_473_600_000n) * 10_000n);

describe('what Active Directory says of an account ([MS-ADTS]; samba.assure.test.ts tries it against Samba)', () => {
  test.each([
    ['a normal account', { userAccountControl: '512' }, 'active'],
    ['a disabled one', { userAccountControl: '514' }, 'disabled'],
    [
      'one that never expires',
      { userAccountControl: '512', accountExpires: '9223372036854775807' },
      'active',
    ],
    ['one that never expires, the other way', { userAccountControl: '512', accountExpires: '0' }, 'active'],
    ['one that expired', { userAccountControl: '512', accountExpires: ticks(NOW - 1000) }, 'expired'],
    ['one that will expire', { userAccountControl: '512', accountExpires: ticks(NOW + 1000) }, 'active'],
    ['disabled and expired', { userAccountControl: '514', accountExpires: ticks(NOW - 1000) }, 'disabled'],
    ['a locked one', { userAccountControl: '512', lockoutTime: ticks(NOW - 1000) }, 'locked'],
    ['one that was unlocked', { userAccountControl: '512', lockoutTime: '0' }, 'active'],
    [
      'one whose lock has passed, as the server computes',
      {
        userAccountControl: '512',
        lockoutTime: ticks(NOW - 1000),
        'msDS-User-Account-Control-Computed': '0',
      },
      'active',
    ],
    [
      'one that is locked, as the server computes',
      { userAccountControl: '512', 'msDS-User-Account-Control-Computed': '16' },
      'locked',
    ],
    [
      'one with an expired password',
      { userAccountControl: '512', 'msDS-User-Account-Control-Computed': '8388608' },
      'password-expired',
    ],
    [
      'one that must change its password',
      { userAccountControl: '512', pwdLastSet: '0' },
      'password-must-change',
    ],
    [
      'one that must change its password, as Samba computes',
      { userAccountControl: '512', pwdLastSet: '0', 'msDS-User-Account-Control-Computed': '8388608' },
      'password-must-change',
    ],
    ['one whose password never expires', { userAccountControl: '66048', pwdLastSet: '0' }, 'active'],
    [
      'text where a number belongs',
      { userAccountControl: 'x', accountExpires: '-1', lockoutTime: 'y' },
      'active',
    ],
  ])('%s', (_what, attributes, state) => {
    expect(stateOf(values(attributes), NOW)).toBe(state);
  });

  test.each([
    ['52e', null],
    ['525', null],
    ['532', 'password-expired'],
    ['533', 'disabled'],
    ['701', 'expired'],
    ['773', 'password-must-change'],
    ['775', 'locked'],
  ])('data %s in the answer to a bind', (data, state) => {
    const said = `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v3839`;
    expect(stateOfRejection(said, null)).toBe(state);
  });

  test.each([
    [0, 'password-expired'],
    [1, 'locked'],
    [2, 'password-must-change'],
    [5, null],
  ])('error %i of the password policy control', (error, state) => {
    expect(stateOfRejection('', error)).toBe(state);
  });

  test('times are counted from 1601', () => {
    expect(filetime('116444736000000000')).toBe(0);
    expect(filetime('133485408000000000')).toBe(Date.UTC(2024, 0, 1));
    expect(filetime('99999999999999999999')).toBeNull();
  });

  test("the primary group's SID is the domain's with its number", () => {
    const sid = Buffer.from('010500000000000515000000aaaaaaaabbbbbbbbccccccccf4010000', 'hex');
    expect(sidOfPrimaryGroup(sid, 513).toString('hex')).toBe(
      '010500000000000515000000aaaaaaaabbbbbbbbcccccccc01020000',
    );
  });
});

describe("what OpenLDAP's password policy says of an account", () => {
  test.each([
    ['nothing', {}, 'active'],
    ['a lock', { pwdAccountLockedTime: '20261122000000Z' }, 'locked'],
    ['a lock by an administrator', { pwdAccountLockedTime: '000001010000Z' }, 'disabled'],
    ['an end', { pwdEndTime: '20261122235959Z' }, 'expired'],
    ['an end to come', { pwdEndTime: '20261123000001Z' }, 'active'],
    ['the shadow account has expired', { shadowExpire: '20000' }, 'expired'],
    ['the shadow account never expires', { shadowExpire: '-1' }, 'active'],
    ['a reset', { pwdReset: 'TRUE' }, 'password-must-change'],
  ])('%s', (_what, attributes, state) => {
    expect(stateOf(values(attributes), NOW)).toBe(state);
  });
});

test('the request to change a password is that of RFC 3062', () => {
  expect(passwordModify('a', 'b', 'c').toString('hex')).toBe('3009800161810162820163');
});

function values(attributes: Readonly<Record<string, string>>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.toLowerCase(), [value]]));
}
