import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compress, decompress } from '#/recorder/compression.js';

const SIZES = [0, 1, 40, 254, 255, 256, 257, 16_384, 16_385, 100_000];

describe('a payload', () => {
  test.each(SIZES)('of %i bytes comes back as it was, also by other readers of zstd', async (size) => {
    for (const payload of [randomBytes(size), Buffer.alloc(size, 'postern ')]) {
      const compressed = await compress(payload);
      expect((await decompress(compressed))?.equals(payload)).toBe(true);
      expect(zstdDecompressSync(compressed).equals(payload)).toBe(true);
    }
  });

  test('that is short takes nine bytes more, and no longer one takes more than zstd makes of it', async () => {
    expect(await compress(Buffer.alloc(255, 'a'))).toHaveLength(264);
    expect((await compress(Buffer.alloc(4096, 'a'))).length).toBeLessThan(64);
  });
});

const hasZstd = (() => {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.runIf(hasZstd)('zstd itself reads it, to the bit', async () => {
  for (const size of SIZES) {
    const payload = randomBytes(size);
    const input = await compress(payload);
    expect(execFileSync('zstd', ['-dc'], { input }).equals(payload)).toBe(true);
  }
});
