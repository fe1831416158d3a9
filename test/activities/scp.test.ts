import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

const folder = mkdtempSync(join(tmpdir(), 'postern-scp-'));
const at = (name: string) => join(folder, name);
const big = randomBytes(300_001);

beforeAll(() => {
  mkdirSync(at('tree/sub'), { recursive: true });
  mkdirSync(at('there'));
  writeFileSync(at('tree/big'), big, { mode: 0o640 });
  writeFileSync(at('tree/sub/empty'), '', { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scp = (...args: string[]) => captured(folder, (ssh) => ['scp', '-O', '-q', '-S', ssh, ...args]);

function observer(capture: Capture): Observer {
  const spoken = classify({ type: 'exec', command: capture.command });
  if (spoken === null) throw new Error(`${capture.command} is not known: ${capture.errors}`);
  return observe(spoken);
}

const moved = (direction: 'upload' | 'download', path: string, bytes: Buffer, mode: number): Activity => ({
  kind: 'transfer',
  protocol: 'scp',
  direction,
  path,
  name: null,
  size: bytes.length,
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
  noHash: null,
  mode,
  result: 'ok',
});
const byPath = (all: readonly Activity[]) =>
  all.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));

describe('scp of OpenSSH, as it was (-O)', () => {
  test('tells of a tree that goes there and comes back, however the bytes are cut', async () => {
    const there = await scp('-r', '-p', at('tree'), `host:${at('there')}/`);
    const back = await scp('-r', '-p', `host:${at('there/tree')}`, at('back'));
    expect([there.status, back.status]).toEqual([0, 0]);
    const path = at('there/tree');
    for (const [capture, direction] of [
      [there, 'upload'],
      [back, 'download'],
    ] as const) {
      const told = replayed(observer(capture), capture.pieces);
      expect(byPath(told)).toEqual(
        byPath([
          moved(direction, `${path}/big`, big, 0o640),
          moved(direction, `${path}/sub/empty`, Buffer.alloc(0), 0o600),
        ]),
      );
      for (const sizes of [[1], [7, 1000], [65_536]])
        expect(replayed(observer(capture), capture.pieces, sizes)).toEqual(told);
      expect(replayed(observer(capture), capture.pieces.slice(0, -6)).at(-1)).not.toMatchObject({
        result: 'ok',
      });
    }
  });

  test('tells which name was sent where the path may be a folder or a file', async () => {
    const one = await scp(at('tree/big'), `host:${at('there')}`);
    expect(replayed(observer(one), one.pieces)).toMatchObject([
      { path: at('there'), name: 'big', result: 'ok' },
    ]);
  });

  test('tells what was refused, by either side', async () => {
    const none = await scp(`host:${at('nothing')}`, at('x'));
    expect(replayed(observer(none), none.pieces)).toMatchObject([
      { kind: 'message', text: expect.stringContaining('No such file') as string },
    ]);
    const refused = await scp(at('tree/big'), 'host:/proc/nothing');
    expect(replayed(observer(refused), refused.pieces)).toMatchObject([
      { kind: 'transfer', direction: 'upload', sha256: null, bytes: 0 },
    ]);
  });

  test('with any bytes at all never throws, and loses the thread at most once', () => {
    const line = fc.constantFrom(
      '\0',
      'C0644 5 a\n',
      'hello',
      'D0755 0 d\n',
      'E\n',
      '\x01no\n',
      'T1 0 1 0\n',
      'x',
    );
    const piece = fc.record({
      to: fc.constantFrom('target' as const, 'person' as const),
      bytes: fc.oneof(
        line.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      ),
    });
    const spoken = { protocol: 'scp', direction: 'upload', intoDirectory: true, paths: ['/d'] } as const;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const lost = replayed(observe(spoken), pieces).filter(({ kind }) => kind === 'unreadable');
        expect(lost.length).toBeLessThan(2);
      }),
      { numRuns: 500 },
    );
  });
});
