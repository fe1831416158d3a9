/** Whatever is done to a directory's maps, and in whatever order: nobody of it is freed of a second factor. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { SECOND_FACTOR_POLICIES, type SecondFactorPolicy } from '#/domain/second-factor.js';
import { mayNotPutIn, mayNotRemap } from '#/policy/delegation.js';
import { type Rearranged, type Rearrangement, rearranged } from '#/policy/rearrange-maps.js';

/** Four maps a to d, and x that is new: what becomes of them, who may get what, and who may have had what. */
test.each<[string, Rearrangement<string>, string | null]>([
  ['x at the end', { kind: 'add', position: null, map: 'x' }, 'abcdx: x at 5; gives x, not '],
  ['x beyond the end', { kind: 'add', position: 9, map: 'x' }, 'abcdx: x at 5; gives x, not '],
  ['x in second place', { kind: 'add', position: 2, map: 'x' }, 'axbcd: x at 2; gives x, not bcd'],
  ['without the second', { kind: 'remove', position: 2 }, 'acd: b at 2; gives cd-, not b'],
  ['without the last', { kind: 'remove', position: 4 }, 'abc: d at 4; gives -, not d'],
  ['without one that there is not', { kind: 'remove', position: 5 }, null],
  ['the third up to the first', { kind: 'move', from: 3, to: 1 }, 'cabd: c at 1; gives c, not ab'],
  ['the first down to the third', { kind: 'move', from: 1, to: 3 }, 'bcad: a at 3; gives bc, not a'],
  ['the second to where it is', { kind: 'move', from: 2, to: 2 }, 'abcd: b at 2; gives , not b'],
  ['one that there is not', { kind: 'move', from: 5, to: 1 }, null],
])('%s', (_what, change, becomes) => {
  const next = rearranged(['a', 'b', 'c', 'd'], change);
  const letters = (list: readonly (string | null)[]) => list.map((one) => one ?? '-').join('');
  expect(
    next &&
      `${letters(next.maps)}: ${next.map} at ${next.at}; gives ${letters(next.given)}, not ${letters(next.lost)}`,
  ).toBe(becomes);
});

interface OneMap {
  /** Of the people 0 to 3, those whom it fits. */
  readonly fits: readonly number[];
  readonly asks: readonly SecondFactorPolicy[];
}
const PEOPLE = [0, 1, 2, 3];
const aMap: fc.Arbitrary<OneMap> = fc.record({
  fits: fc.subarray(PEOPLE),
  asks: fc.subarray([...SECOND_FACTOR_POLICIES]),
});
const place = fc.integer({ min: 1, max: 6 });
const aChange: fc.Arbitrary<Rearrangement<OneMap>> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), position: fc.option(place), map: aMap }),
  fc.record({ kind: fc.constant('remove' as const), position: place }),
  fc.record({ kind: fc.constant('move' as const), from: place, to: place }),
);
const hisOf = (maps: readonly OneMap[], who: number) => maps.find(({ fits }) => fits.includes(who)) ?? null;
const asked = (map: OneMap | null) => map?.asks ?? [];
const whyNot = (rights: readonly VaultRight[], { lost, given }: Rearranged<OneMap>) =>
  mayNotRemap({ rights }, lost.map(asked), given.map(asked));

test('step by step, nobody gets a map that asks less, or none and then one that asks less', () => {
  fc.assert(
    fc.property(fc.array(aMap, { maxLength: 4 }), fc.array(aChange, { maxLength: 8 }), (first, changes) => {
      let maps: readonly OneMap[] = first;
      for (const change of changes) {
        const next = rearranged(maps, change);
        if (next !== null && whyNot(['manageDirectoryMapping'], next) === null) maps = next.maps;
      }
      for (const who of PEOPLE)
        if (asked(hisOf(first, who)).includes('required'))
          expect(asked(hisOf(maps, who))).toContain('required');
    }),
  );
});

test('what somebody may get and may have had covers everybody who gets something else', () => {
  fc.assert(
    fc.property(fc.array(aMap, { maxLength: 5 }), aChange, (before, change) => {
      const next = rearranged(before, change);
      for (const who of next === null ? [] : PEOPLE) {
        const [was, is] = [hisOf(before, who), hisOf(next?.maps ?? [], who)];
        if (was === is) continue;
        expect(next?.given).toContain(is);
        if (was !== null) expect(next?.lost).toContain(was);
      }
    }),
  );
});

test('who holds every right may; and what asks as much may take the place of another', () => {
  const [strict, lax]: readonly OneMap[] = [
    { fits: PEOPLE, asks: ['optional', 'required'] },
    { fits: PEOPLE, asks: ['optional'] },
  ];
  if (strict === undefined || lax === undefined) throw new Error('two maps');
  const add = (map: OneMap, before: readonly OneMap[]) =>
    rearranged(before, { kind: 'add', position: 1, map });
  const [freeing, same, harmless] = [add(lax, [strict]), add(strict, [strict]), add(lax, [lax])];
  if (freeing === null || same === null || harmless === null) throw new Error('all can be added');
  const mapper: readonly VaultRight[] = VAULT_RIGHTS.slice(1);
  expect(whyNot(mapper, freeing)).toBe(
    'only who holds every right takes from people of a directory the group that requires a second factor of them',
  );
  expect(whyNot(VAULT_RIGHTS, freeing)).toBeNull();
  expect([whyNot(mapper, same), whyNot(mapper, harmless)]).toEqual([null, null]);
});

test.each([
  ['off', 'only who holds every right puts people into Lax, where no second factor is asked'],
  ['optional', null],
  ['required', null],
] as const)('people are put into a group that asks %s by who lacks a right: %s', (secondFactor, why) => {
  const group = { name: 'Lax', secondFactor };
  expect(mayNotPutIn({ rights: VAULT_RIGHTS.slice(1) }, group)).toBe(why);
  expect(mayNotPutIn({ rights: VAULT_RIGHTS }, group)).toBeNull();
});
