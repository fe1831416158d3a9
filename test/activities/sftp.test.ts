import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { classify } from '#/activities/classify.js';
import { observeSftp } from '#/activities/sftp/sftp.js';
import type { Activity } from '#/domain/activity.js';
import { replayed } from './replayed.ts';
import { type Capture, captured } from './tee.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-sftp-'));
const big = randomBytes(3_000_001);
const small = Buffer.from('hello, world\n');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const at = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const moved = (
  direction: 'upload' | 'download',
  path: string,
  bytes: Buffer,
  mode: number | null,
): Activity => ({
  kind: 'transfer',
  protocol: 'sftp',
  direction,
  path,
  name: null,
  size: bytes.length,
  bytes: bytes.length,
  sha256: sha256(bytes),
  noHash: null,
  mode,
  result: 'ok',
});

let capture: Capture;
let told: readonly Activity[];

beforeAll(async () => {
  mkdirSync(at('there'));
  writeFileSync(at('big'), big, { mode: 0o640 });
  writeFileSync(at('small'), small, { mode: 0o600 });
  writeFileSync(at('empty'), '', { mode: 0o644 });
  const batch = [
    `put -p ${at('big')} ${at('there/big')}`,
    `put ${at('small')} ${at('there/näh')}`,
    `put ${at('empty')} ${at('there/empty')}`,
    `get ${at('there/big')} ${at('back')}`,
    `get ${at('there/empty')} ${at('empty-back')}`,
    `-get /proc/1/mem ${at('mem')}`,
    `-put ${at('small')} /proc/nothing`,
    `rename ${at('there/näh')} ${at('there/b c')}`.replace('b c', '"b c"'),
    `mkdir ${at('there/d')}`,
    `-mkdir ${at('there/d')}`,
    `rmdir ${at('there/d')}`,
    `ln -s big ${at('there/link')}`,
    `ln ${at('there/big')} ${at('there/hard')}`,
    `chmod 755 ${at('there/big')}`,
    `rm ${at('there/link')}`,
    `-rm ${at('there/nothing')}`,
  ].join('\n');
  capture = await captured(folder, () => ['sftp', '-S', at('ssh-relay'), '-b', '-', 'host'], `${batch}\n`);
  told = replayed(observeSftp(), capture.pieces);
});

describe('sftp of OpenSSH, with its own server', () => {
  test('is asked for as a subsystem', () => {
    expect(capture.errors.split('\n').filter((line) => /Connection|relay/.test(line))).toEqual([]);
    expect(capture.command).toBe('subsystem sftp');
    expect(classify({ type: 'subsystem', name: 'sftp' })).toEqual({ protocol: 'sftp' });
  });

  test('tells of each file with size, mode and the hash of what is really there', () => {
    const transfers = told.filter(({ kind }) => kind === 'transfer');
    expect(transfers.slice(0, 5)).toEqual([
      moved('upload', at('there/big'), big, 0o640),
      moved('upload', at('there/näh'), small, 0o600),
      moved('upload', at('there/empty'), Buffer.alloc(0), 0o644),
      moved('download', at('there/big'), big, 0o640),
      moved('download', at('there/empty'), Buffer.alloc(0), 0o644),
    ]);
    expect(statSync(at('there/big')).mode & 0o7777).toBe(0o755);
    expect(existsSync(at('back'))).toBe(true);
  });

  test('tells what was refused', () => {
    expect(told).toContainEqual(
      expect.objectContaining({ kind: 'transfer', path: '/proc/nothing', direction: 'upload', sha256: null }),
    );
    expect(told.find((one) => one.kind === 'transfer' && one.path === '/proc/nothing')).not.toMatchObject({
      result: 'ok',
    });
  });

  test('tells what else was changed, and how that went', () => {
    const changes = told.flatMap((one) =>
      one.kind === 'change' && one.operation !== 'set attributes'
        ? [[one.operation, one.path, one.to, one.result]]
        : [],
    );
    expect(changes).toEqual([
      ['rename', at('there/näh'), at('there/b c'), 'ok'],
      ['make directory', at('there/d'), null, 'ok'],
      ['make directory', at('there/d'), null, 'failure'],
      ['remove directory', at('there/d'), null, 'ok'],
      ['symbolic link', at('there/link'), 'big', 'ok'],
      ['hard link', at('there/big'), at('there/hard'), 'ok'],
      ['remove', at('there/link'), null, 'ok'],
      ['remove', at('there/nothing'), null, 'no such file'],
    ]);
    expect(told).toContainEqual({
      kind: 'change',
      protocol: 'sftp',
      operation: 'set attributes',
      path: at('there/big'),
      to: 'mode 0755',
      result: 'ok',
    });
    expect(told.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
  });

  test('tells the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        fc.pre(sizes.reduce((a, b) => a + b, 0) / sizes.length > 100);
        expect(replayed(observeSftp(), capture.pieces, sizes)).toEqual(told);
      }),
      { numRuns: 15 },
    );
    expect(replayed(observeSftp(), capture.pieces.slice(0, 40), [1])).toEqual(
      replayed(observeSftp(), capture.pieces.slice(0, 40)),
    );
  });

  test('that stops in the middle leaves what was begun, said to be unfinished', () => {
    const begun = replayed(observeSftp(), capture.pieces.slice(0, Math.floor(capture.pieces.length / 4)));
    expect(begun.at(-1)).toMatchObject({ kind: 'transfer', sha256: null, result: 'it was not closed' });
  });

  test('with bytes that were changed never throws, and says at most once that the thread is lost', () => {
    const pieces = capture.pieces.filter(({ bytes }) => bytes.length < 2000);
    fc.assert(
      fc.property(
        fc.nat(pieces.length - 1),
        fc.nat(1999),
        fc.integer({ min: 1, max: 255 }),
        (which, where, flip) => {
          const changed = pieces.map(({ to, bytes }, index) => {
            const copy = Buffer.from(bytes);
            if (index === which) copy[where % copy.length] = (copy[where % copy.length] ?? 0) ^ flip;
            return { to, bytes: copy };
          });
          const lost = replayed(observeSftp(), changed).filter(({ kind }) => kind === 'unreadable');
          expect(lost.length).toBeLessThan(2);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('with any bytes at all never throws', () => {
    const piece = fc.record({
      to: fc.constantFrom('target' as const, 'person' as const),
      bytes: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(fc.property(fc.array(piece), (pieces) => void replayed(observeSftp(), pieces)));
  });
});

/** A packet with its length. */
function packet(...parts: readonly (number | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? u32(part).subarray(3) : part)));
  return Buffer.concat([u32(body.length), body]);
}
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
const text = (value: string) => Buffer.concat([u32(Buffer.byteLength(value)), Buffer.from(value)]);
const to = (bytes: Buffer) => ({ to: 'target' as const, bytes });
const from = (bytes: Buffer) => ({ to: 'person' as const, bytes });
const begin = (flags: number) => [
  to(packet(3, u32(1), text('/f'), u32(flags), u32(0))),
  from(packet(102, u32(1), text('h'))),
];
const finish = [to(packet(4, u32(99), text('h'))), from(packet(101, u32(99), u32(0)))];
const write = (id: number, offset: number, data: string) =>
  to(packet(6, u32(id), text('h'), u64(offset), text(data)));
const ok = (id: number) => from(packet(101, u32(id), u32(0)));

describe('sftp by hand', () => {
  test.each([
    ['out of order', 26, [write(2, 3, 'def'), write(3, 0, 'abc'), ok(3), ok(2)], null],
    ['twice', 26, [write(2, 0, 'abc'), write(3, 0, 'abc'), ok(3), ok(2)], 'parts of it moved more than once'],
    ['a hole', 26, [write(2, 3, 'def'), ok(2)], 'parts of it are missing or moved more than once'],
    ['not answered', 26, [write(2, 0, 'abc')], 'not every request was answered'],
    ['not emptied', 2, [write(2, 0, 'abc'), ok(2)], 'the file was neither emptied before nor cut after it'],
    ['appended', 6, [write(2, 0, 'abc'), ok(2)], 'it was appended to'],
  ] as const)('writes: %s', (_what, flags, pieces, noHash) => {
    const [one] = replayed(observeSftp(), [...begin(flags), ...pieces, ...finish]);
    expect(one).toMatchObject({ kind: 'transfer', direction: 'upload', path: '/f', noHash });
    if (noHash === null) expect(one).toMatchObject({ sha256: sha256(Buffer.from('abcdef')), size: 6 });
  });

  test.each([
    ['an answer that nobody asked for', [from(packet(101, u32(5), u32(0)))]],
    ['a number that is used twice', [to(packet(13, u32(5), text('a'))), to(packet(13, u32(5), text('a')))]],
    ['a packet out of bounds', [to(u32(0x7fff_ffff))]],
    ['an empty packet', [to(u32(0))]],
    ['a path out of bounds', [to(packet(13, u32(5), text('a'.repeat(5000))))]],
    ['version 6', [to(packet(1, u32(6))), from(packet(2, u32(6)))]],
    ['too many requests', Array.from({ length: 65_537 }, (_, id) => to(packet(16, u32(id), text('.'))))],
    [
      'too many paths',
      Array.from({ length: 2000 }, (_, id) => to(packet(13, u32(id), text('a'.repeat(4000))))),
    ],
  ])('%s loses the thread, which is said once and last', (_what, pieces) => {
    const all = replayed(observeSftp(), [...pieces, ...begin(26)]);
    expect(all.filter(({ kind }) => kind === 'unreadable')).toHaveLength(1);
    expect(all.at(-1)?.kind).toBe('unreadable');
  });
});
