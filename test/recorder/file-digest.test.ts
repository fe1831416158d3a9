import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { digestOf, hashedFile } from '#/recorder/file-digest.js';

const CONTENT = randomBytes(200_000);
const digest = createHash('sha256').update(CONTENT).digest('hex');

async function file() {
  const directory = mkdtempSync(join(tmpdir(), 'digest-'));
  const path = join(directory, 'file');
  writeFileSync(path, CONTENT);
  const handle = await open(path);
  return {
    handle,
    reads: vi.spyOn(handle, 'read'),
    async [Symbol.asyncDispose]() {
      await handle.close();
      rmSync(directory, { recursive: true });
    },
  };
}

test('a file is hashed whole, however much of it was read before', async () => {
  for (const [pieces, size] of [
    [0, 1],
    [1, 17],
    [3, 50_000],
    [5, 50_000],
  ] as const) {
    await using one = await file();
    const hashed = hashedFile(one.handle);
    for (let at = 0; at < pieces; at += 1) await hashed.read(Buffer.alloc(size), 0, size, at * size);
    expect(await hashed.digest()).toEqual({ digest, bytes: CONTENT.length });
  }
});

test('what was read twice, or out of turn, is hashed once', async () => {
  await using one = await file();
  const hashed = hashedFile(one.handle);
  for (const at of [0, 0, 100_000, 1000, 500]) await hashed.read(Buffer.alloc(1000), 0, 1000, at);
  expect(await hashed.digest()).toEqual({ digest, bytes: CONTENT.length });
});

test('a file that was read to its end is not read again', async () => {
  await using one = await file();
  const hashed = hashedFile(one.handle);
  const all = Buffer.alloc(CONTENT.length);
  for (const at of [0, CONTENT.length]) await hashed.read(all, 0, all.length, at);
  expect(await hashed.digest()).toEqual({ digest, bytes: CONTENT.length });
  expect(one.reads).toHaveBeenCalledTimes(2);
});

test('from a place on', async () => {
  await using one = await file();
  const rest = CONTENT.subarray(1234);
  expect(await digestOf(one.handle, 1234)).toEqual({
    digest: createHash('sha256').update(rest).digest('hex'),
    bytes: rest.length,
  });
});
