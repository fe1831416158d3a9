import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropChance, mayStart, OPENSSH_STARTUPS, parseStartups } from '#/door/startups.js';

describe('MaxStartups', () => {
  test.each([
    ['10:30:100', { begin: 10, rate: 30, full: 100 }],
    ['1:100:1', { begin: 1, rate: 100, full: 1 }],
    ['25', { begin: 25, rate: 100, full: 25 }],
    ['', null],
    ['10:30', null],
    ['0:30:100', null],
    ['10:0:100', null],
    ['10:101:100', null],
    ['100:30:10', null],
    ['10:30:100x', null],
    ['-1:30:100', null],
  ])('%j reads as %j', (text, rule) => {
    expect(parseStartups(text)).toEqual(rule);
  });

  test.each([
    [0, 0],
    [9, 0],
    [10, 30],
    [55, 65],
    [99, 30 + (70 * 89) / 90],
    [100, 100],
    [5000, 100],
  ])('with %i strangers inside, %f per cent are dropped', (open, chance) => {
    expect(dropChance(open, OPENSSH_STARTUPS)).toBeCloseTo(chance, 9);
  });

  test.each([
    [10, 0.2999, false],
    [10, 0.3, true],
    [9, 0, true],
    [100, 0.999999, false],
  ])('%i strangers and a roll of %f: %s', (open, roll, may) => {
    expect(mayStart(open, OPENSSH_STARTUPS, roll)).toBe(may);
  });

  test('the chance never falls as the hall fills', () => {
    fc.assert(
      fc.property(
        fc.nat(300),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(200),
        (open, begin, rate, more) => {
          const rule = { begin, rate, full: begin + more };
          expect(dropChance(open + 1, rule)).toBeGreaterThanOrEqual(dropChance(open, rule));
          expect(dropChance(open, rule)).toBeLessThanOrEqual(100);
        },
      ),
    );
  });
});
