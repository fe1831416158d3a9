import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { groupOutOfReach, holdsAll, mayNotAskLess, mayNotTakeOut } from '#/policy/delegation.js';

const group = (rights: readonly VaultRight[] = []) => ({ name: 'Operators', rights });

test.each<[string, readonly VaultRight[], readonly string[], readonly VaultRight[], string | null]>([
  ["of one's own", ['addUpdateUsers'], ['Operators'], [], null],
  ['of others', ['addUpdateUsers'], ['Elsewhere'], [], 'you are not in Operators'],
  [
    'that holds more',
    ['addUpdateUsers'],
    ['Operators'],
    ['addUpdateUsers', 'addSafes'],
    'the group Operators holds addSafes, and you do not',
  ],
  ['that holds as much', ['addUpdateUsers'], ['Operators'], ['addUpdateUsers'], null],
  ['of others, by who holds every right', VAULT_RIGHTS, [], ['addSafes'], null],
  ['of others, by who holds all but one', VAULT_RIGHTS.slice(1), [], [], 'you are not in Operators'],
])('a group %s', (_what, rights, groups, held, why) => {
  expect(groupOutOfReach({ rights, groups }, group(held))).toBe(why);
});

test('who holds every right is who lacks none', () => {
  fc.assert(
    fc.property(fc.subarray([...VAULT_RIGHTS]), (rights) => {
      expect(holdsAll({ rights })).toBe(rights.length === VAULT_RIGHTS.length);
    }),
  );
});

test('nobody manages a group that gives him, or others, what he does not have', () => {
  fc.assert(
    fc.property(
      fc.subarray([...VAULT_RIGHTS]),
      fc.boolean(),
      fc.subarray([...VAULT_RIGHTS]),
      (rights, inIt, held) => {
        const may = groupOutOfReach({ rights, groups: inIt ? ['Operators'] : [] }, group(held)) === null;
        const hasIt = inIt && held.every((right) => rights.includes(right));
        expect(may).toBe(hasIt || rights.length === VAULT_RIGHTS.length);
      },
    ),
  );
});

test.each([
  ['required', 'optional', 'only who holds every right has Operators ask for less than required'],
  ['required', 'required', null],
  ['optional', 'off', 'only who holds every right has Operators ask for less than optional'],
  ['off', 'optional', null],
] as const)('a group that asks %s may be made to ask %s by a member: %s', (now, wanted, why) => {
  const asks = { name: 'Operators', secondFactor: now };
  expect(mayNotAskLess({ rights: ['addUpdateUsers'] }, asks, wanted)).toBe(why);
  expect(mayNotAskLess({ rights: VAULT_RIGHTS }, asks, wanted)).toBeNull();
});

test.each([
  ['required', 'only who holds every right takes people out of Operators, which requires a second factor'],
  ['optional', null],
  ['off', null],
] as const)('people are taken out of a group that asks %s by a member: %s', (secondFactor, why) => {
  const asks = { name: 'Operators', secondFactor };
  expect(mayNotTakeOut({ rights: VAULT_RIGHTS.slice(1) }, asks)).toBe(why);
  expect(mayNotTakeOut({ rights: VAULT_RIGHTS }, asks)).toBeNull();
});
