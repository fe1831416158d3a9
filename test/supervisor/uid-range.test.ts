import { mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimUidRange, insideUidMap, nextFree, overlaps } from '#/supervisor/uid-range.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'uids-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const everything = '         0          0 4294967295\n';
const wanted = { first: 2_000_000, count: 65_536 };
const claim = (home: string, chosen: boolean, more: Partial<Parameters<typeof claimUidRange>[0]> = {}) =>
  claimUidRange({ directory, wanted, chosen, home, uidMap: everything, accounts: '', ...more });

/** As if the daemon that made the claim had ended. */
function kill(name: string): void {
  const path = join(directory, name);
  const home = readlinkSync(path).split(' ')[1] ?? '';
  rmSync(path);
  symlinkSync(`999999999:1:1 ${home}`, path);
}

describe('ranges of shadow uids', () => {
  it('never overlap when nobody chose them, whether the other daemons run or not', () => {
    const homes = ['a', 'b', 'c'].map((name) => mkdtempSync(join(tmpdir(), `home-${name}-`)));
    expect(homes.map((home) => claim(home, false)).map((one) => one.ok && one.range.first)).toEqual([
      2_000_000, 2_065_536, 2_131_072,
    ]);
    for (const name of readdirSync(directory)) kill(name);
    expect(claim('/new', false)).toMatchObject({ range: { first: 2_196_608 } });
    for (const home of homes) rmSync(home, { recursive: true });
    for (const name of readdirSync(directory)) kill(name);
    expect(claim('/newer', false)).toMatchObject({ range: { first: 2_000_000 } });
  });

  it('that were chosen are refused when a running daemon has them, with the key to set', () => {
    claim('/a', true);
    const other = claim('/b', true);
    expect(other.ok || other.why).toContain('taken by the daemon of /a');
    expect(other.ok || other.why).toContain('set shadowUidFirst');
    expect(claim('/a', true).ok).toBe(true);
    for (const name of readdirSync(directory)) kill(name);
    expect(claim('/b', true).ok).toBe(true);
  });

  it('are refused when only their ends meet in one uid', () => {
    claim('/a', true);
    expect(claim('/b', true, { wanted: { first: 2_065_535, count: 16 } }).ok).toBe(false);
    expect(claim('/b', true, { wanted: { first: 2_065_536, count: 16 } }).ok).toBe(true);
  });

  it('are refused where our user namespace has no such uids, or a host account has one of them', () => {
    const small = claim('/a', true, { uidMap: '0 100000 65536\n' });
    expect(small.ok || small.why).toContain('do not exist in this user namespace');
    const used = claim('/a', true, { accounts: 'root:x:0:0::/:/bin/sh\nbuild:x:2000010:1::/:/bin/sh\n' });
    expect(used.ok || used.why).toContain('hold the account build');
  });

  it.each([
    ['0 0 4294967295', true],
    ['0 1000 1', false],
    ['0 0 1000\n1000 5000 3000000', true],
    ['0 0 2065535', false],
    ['', false],
  ])('inside the map %j: %s', (map, inside) => expect(insideUidMap(wanted, map)).toBe(inside));

  it('the next free one overlaps none', () => {
    const range = fc.record({
      first: fc.integer({ min: 0, max: 5000 }),
      count: fc.integer({ min: 1, max: 500 }),
    });
    fc.assert(
      fc.property(range, fc.array(range, { maxLength: 12 }), (start, taken) => {
        const free = nextFree(start, taken);
        return (
          free.count === start.count &&
          free.first >= start.first &&
          taken.every((one) => !overlaps(one, free))
        );
      }),
    );
  });
});
