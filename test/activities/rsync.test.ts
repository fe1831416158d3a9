import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classify } from '#/activities/classify.js';
import { observe } from '#/activities/observe.js';
import type { Observer } from '#/activities/observer.js';
import type { Activity } from '#/domain/activity.js';
import { replayed } from './replayed.ts';
import { type Capture, captured } from './tee.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-rsync-'));
const at = (name: string) => join(folder, name);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Names that sort differently as files and as folders, and whatever else a tree may have. */
const FILES: Readonly<Record<string, Buffer>> = {
  'a.b': randomBytes(10),
  'a/one': randomBytes(300_001),
  'a/two': Buffer.alloc(0),
  'a.c/x': Buffer.from('x'),
  'a-/y': Buffer.from('y'),
  'deep/er/and/deeper/näh': randomBytes(70_000),
  'deep/er.txt': randomBytes(33_000),
  z: Buffer.from('the last'),
};

beforeAll(() => {
  for (const [name, bytes] of Object.entries(FILES)) {
    mkdirSync(join(at('tree'), name, '..'), { recursive: true });
    writeFileSync(join(at('tree'), name), bytes);
    chmodSync(join(at('tree'), name), 0o640);
  }
  symlinkSync('a.b', at('tree/link'));
  mkdirSync(at('there'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rsync = (...args: string[]) => captured(folder, (ssh) => ['rsync', '-e', ssh, ...args]);

function observer({ command, errors }: Capture): Observer {
  const spoken = classify({ type: 'exec', command });
  if (spoken === null) throw new Error(`${command} is not known: ${errors}`);
  return observe(spoken);
}

type Fact = readonly [
  name: string | null,
  size: number | null,
  bytes: number,
  sha256: string | null,
  result: string,
];
const factsOf = (told: readonly Activity[]): Fact[] =>
  told
    .flatMap((one): Fact[] =>
      one.kind === 'transfer' ? [[one.name, one.size, one.bytes, one.sha256, one.result]] : [],
    )
    .toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
const expected = (prefix: string): Fact[] =>
  Object.entries(FILES)
    .map(([name, bytes]): Fact => [`${prefix}${name}`, bytes.length, bytes.length, sha256(bytes), 'ok'])
    .toSorted((a, b) => String(a[0]).localeCompare(String(b[0])));
const lost = (told: readonly Activity[]) => told.filter(({ kind }) => kind === 'unreadable');

describe('rsync', () => {
  test.each([
    ['-a', ['-a'], 'tree', 'tree/'],
    ['-a, the contents of a folder', ['-a'], 'tree/', ''],
    ['-r', ['-r'], 'tree', 'tree/'],
    ['all lists at once', ['-a', '--no-inc-recursive'], 'tree', 'tree/'],
    ['with numbers for owners', ['-a', '--numeric-ids', '--no-inc-recursive'], 'tree', 'tree/'],
    ['with checksums of all', ['-ac'], 'tree', 'tree/'],
    ['that removes what is not there', ['-a', '--delete', '--exclude=nothing'], 'tree', 'tree/'],
    ['-av with progress', ['-av', '--progress', '--stats'], 'tree', 'tree/'],
  ])('%s: tells of every file, there and back', async (_what, options, from, prefix) => {
    rmSync(at('there'), { recursive: true, force: true });
    rmSync(at('back'), { recursive: true, force: true });
    const there = await rsync(...options, at(from), `host:${at('there')}/`);
    const back = await rsync(...options, `host:${at(from)}`, `${at('back')}/`);
    expect([there.status, back.status], there.errors + back.errors).toEqual([0, 0]);
    for (const [capture, direction] of [
      [there, 'upload'],
      [back, 'download'],
    ] as const) {
      const told = replayed(observer(capture), capture.pieces);
      expect(lost(told)).toEqual([]);
      expect(factsOf(told)).toEqual(expected(prefix));
      expect(
        told.every((one) => one.kind !== 'transfer' || (one.direction === direction && one.mode === 0o640)),
      ).toBe(true);
      expect(told.at(-1)).toMatchObject({ kind: 'totals', command: capture.command });
    }
  });

  test.each(['zlib', 'zlibx', 'zstd', 'lz4'])(
    'tells of compressed files, without a hash: %s',
    async (method) => {
      rmSync(at('there'), { recursive: true, force: true });
      const sent = await captured(folder, (ssh) => [
        'env',
        `RSYNC_COMPRESS_LIST=${method}`,
        'rsync',
        '-az',
        '-e',
        ssh,
        at('tree'),
        `host:${at('there')}/`,
      ]);
      expect(sent.status, sent.errors).toBe(0);
      writeFileSync(
        at('there/tree/a/one'),
        Buffer.concat([FILES['a/one'] ?? Buffer.alloc(0), Buffer.from('x')]),
      );
      const again = await rsync('-az', at('tree'), `host:${at('there')}/`);
      const told = replayed(observer(sent), sent.pieces);
      expect(lost(told)).toEqual([]);
      expect(factsOf(told)).toEqual(
        expected('tree/').map(([name, size, bytes]) => [name, size, bytes, null, 'ok']),
      );
      expect(replayed(observer(again), again.pieces)[0]).toMatchObject({
        name: 'tree/a/one',
        sha256: null,
        noHash: 'parts of it were there already',
      });
    },
  );

  test('tells of one file, and where it was asked to go', async () => {
    const capture = await rsync('-t', at('tree/z'), `host:${at('renamed')}`);
    expect(replayed(observer(capture), capture.pieces)[0]).toMatchObject({
      kind: 'transfer',
      direction: 'upload',
      path: at('renamed'),
      name: 'z',
      sha256: sha256(FILES['z'] ?? Buffer.alloc(0)),
    });
    expect(readFileSync(at('renamed'), 'utf8')).toBe('the last');
  });

  test('has no hash of a file of which parts were there', async () => {
    const bytes = randomBytes(200_000);
    writeFileSync(at('grown'), bytes);
    await rsync('-a', at('grown'), `host:${at('there')}/`);
    writeFileSync(at('grown'), Buffer.concat([bytes, Buffer.from('more')]));
    utimesSync(at('grown'), 1, 1);
    const capture = await rsync('-a', at('grown'), `host:${at('there')}/`);
    const [one] = replayed(observer(capture), capture.pieces);
    expect(one).toMatchObject({
      name: 'grown',
      size: 200_004,
      sha256: null,
      noHash: 'parts of it were there already',
      result: 'ok',
    });
    expect(one?.kind === 'transfer' && one.bytes < 10_000).toBe(true);
  });

  test('tells of nothing when nothing moves', async () => {
    await rsync('-a', at('tree'), `host:${at('there')}/`);
    for (const options of [['-a'], ['-an']]) {
      const capture = await rsync(...options, at('tree'), `host:${at('there')}/`);
      const told = replayed(observer(capture), capture.pieces);
      expect(told.map(({ kind }) => kind)).toEqual(['totals']);
    }
  });

  test.each([['-aH'], ['-aA'], ['-aX']])('says once that %s is not followed', async (options) => {
    rmSync(at('there'), { recursive: true, force: true });
    const capture = await rsync(options, at('tree'), `host:${at('there')}/`);
    expect(capture.status, capture.errors).toBe(0);
    const told = replayed(observer(capture), capture.pieces);
    expect(told.map(({ kind }) => kind)).toEqual(['unreadable', 'totals']);
  });

  test('tells the same however the bytes are cut, and never throws over changed ones', async () => {
    rmSync(at('there'), { recursive: true, force: true });
    const capture = await rsync('-a', at('tree'), `host:${at('there')}/`);
    const told = replayed(observer(capture), capture.pieces);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        expect(replayed(observer(capture), capture.pieces, sizes)).toEqual(told);
      }),
      { numRuns: 20 },
    );
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
        const changed = capture.pieces.map(({ to, bytes }, index) => {
          const copy = Buffer.from(bytes);
          const place = where % Math.min(copy.length, 500);
          if (index === which % capture.pieces.length) copy[place] = (copy[place] ?? 0) ^ flip;
          return { to, bytes: copy };
        });
        expect(lost(replayed(observer(capture), changed)).length).toBeLessThan(2);
      }),
      { numRuns: 200 },
    );
  });
});
