/** Whatever is done to a directory's maps, and in whatever order: nobody of it is freed of a second factor. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { SECOND_FACTOR_POLICIES, type SecondFactorPolicy } from '#/domain/second-factor.js';
import { mayNotPutIn, mayNotRemap } from '#/policy/delegation.js';
import { type Rearranged, type Rearrangement, rearranged } from '#/policy/rearrange-maps.js';

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
  expect(rearranged([strict], { kind: 'remove', position: 2 })).toBeNull();
  expect(rearranged([strict], { kind: 'move', from: 2, to: 1 })).toBeNull();
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
