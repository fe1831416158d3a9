import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Offence,
  OPENSSH_PENALTIES,
  type Penalty,
  penalise,
  penaltySource,
  penaltyTable,
  refusedFor,
} from '#/door/penalties.js';

const offences: readonly Offence[] = ['authfail', 'noauth', 'grace-exceeded', 'crash'];

/** Offences at moments (seconds), and for how long the source is refused at the end. */
const stories: readonly (readonly [string, readonly (readonly [number, Offence])[], number, number])[] = [
  ['one failed login', [[0, 'authfail']], 0, 0],
  [
    'two failed logins',
    [
      [0, 'authfail'],
      [0, 'authfail'],
    ],
    0,
    0,
  ],
  [
    'three at once reach 15 s',
    [
      [0, 'authfail'],
      [0, 'authfail'],
      [0, 'authfail'],
    ],
    0,
    15,
  ],
  [
    'three over a time decay below it',
    [
      [0, 'authfail'],
      [2, 'authfail'],
      [4, 'authfail'],
    ],
    4,
    0,
  ],
  ['fifteen that never tried', Array.from({ length: 15 }, () => [0, 'noauth'] as const), 0, 15],
  ['a crash alone', [[0, 'crash']], 10, 80],
  [
    'grace twice',
    [
      [0, 'grace-exceeded'],
      [1, 'grace-exceeded'],
    ],
    1,
    19,
  ],
  ['seven crashes are capped', Array.from({ length: 7 }, () => [0, 'crash'] as const), 0, 600],
  [
    'once over, it begins anew',
    [
      [0, 'crash'],
      [100, 'authfail'],
    ],
    100,
    0,
  ],
  [
    'once enforced it stays so below 15 s',
    [
      [0, 'crash'],
      [89, 'noauth'],
    ],
    89,
    2,
  ],
];

describe('penalties', () => {
  test.each(stories)('%s', (_name, events, at, seconds) => {
    let held: Penalty | null = null;
    for (const [when, offence] of events) held = penalise(held, offence, when, OPENSSH_PENALTIES);
    expect(refusedFor(held, at)).toBeCloseTo(seconds, 9);
  });

  test('never more than the cap, never refused before 15 s, always over in the end', () => {
    const story = fc.array(fc.tuple(fc.nat(400), fc.constantFrom(...offences)), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(story, (events) => {
        let held: Penalty | null = null;
        let now = 0;
        for (const [wait, offence] of events) {
          now += wait;
          held = penalise(held, offence, now, OPENSSH_PENALTIES);
          expect(held.until - now).toBeLessThanOrEqual(OPENSSH_PENALTIES.most);
          expect(held.enforced || held.until - now < OPENSSH_PENALTIES.enforceFrom).toBe(true);
        }
        expect(refusedFor(held, now + OPENSSH_PENALTIES.most)).toBe(0);
      }),
    );
  });

  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::1', '2001:db8:1:2::/64'],
    ['2001:db8::7', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, source) => {
    expect(penaltySource(address)).toBe(source);
  });

  test('the table is bounded, and forgets the soonest free first', () => {
    const table = penaltyTable({ ...OPENSSH_PENALTIES, sources: 100 });
    table.record('worst', 'crash', 0);
    for (let n = 0; n < 5000; n += 1) table.record(`source-${n}`, 'noauth', 0.001 * n);
    expect(table.size).toBeLessThanOrEqual(100);
    expect(table.refusedFor('worst', 5)).toBeCloseTo(85, 9);
  });
});
