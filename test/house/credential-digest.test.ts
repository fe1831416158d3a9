import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { runningBinding } from '#/house/credential-binding.js';
import { rememberedDigest } from '#/house/credential-digest.js';
import { createCredentialFile, promoteCredentialFile, stageCredentialFile } from '#/house/credential-file.js';
import { entropyPath } from '#/house/credential-paths.js';
import { openCredentialFile } from '#/house/read-credential.js';

const folder = mkdtempSync(join(tmpdir(), 'credential-digest-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'appuser.ini');
const here = runningBinding();
const component = 'PVWAApp';
const LATER = 10_000;

let reads = 0;
let now: () => number = Date.now;
const later = (): number => Date.now() + LATER;
const digest = rememberedDigest(
  path,
  () => {
    reads += 1;
    return openCredentialFile(path, component, here);
  },
  () => now(),
);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
function found(): string {
  const outcome = digest();
  return outcome.ok ? outcome.value.toString('hex') : outcome.failure.message;
}

const first = Buffer.alloc(32, 1);
const second = Buffer.alloc(32, 2);

beforeEach(() => {
  createCredentialFile({ path, component, password: first, binding: here });
  now = later;
  found();
  reads = 0;
});

describe('the digest of a password', () => {
  it('is remembered while the files stay as they are, and nobody can spoil it', () => {
    const outcome = digest();
    if (outcome.ok) outcome.value.fill(0);
    expect(found()).toBe(sha256(first));
    expect(reads).toBe(0);
  });

  it.each<[string, () => void, string]>([
    [
      'rotated',
      () => {
        stageCredentialFile({ path, component, password: second, binding: here });
        promoteCredentialFile(path);
      },
      sha256(second),
    ],
    [
      'replaced by one that is as long',
      () => createCredentialFile({ path, component, password: second, binding: here }),
      sha256(second),
    ],
    ['given wider rights', () => chmodSync(path, 0o644), 'has mode 0644'],
    ['written over', () => writeFileSync(path, readFileSync(path).fill(7, 40, 50)), 'does not open'],
    ['moved away', () => renameSync(path, `${path}.gone`), 'does not exist'],
  ])('is read anew when the file is %s', (_what, change, expected) => {
    change();
    expect(found()).toContain(expected);
    expect(reads).toBe(1);
  });

  it('is read anew when its entropy file changes', () => {
    writeFileSync(entropyPath(path), readFileSync(entropyPath(path)).fill(7, 3, 9));
    expect(found()).toContain('entropy file');
    expect(reads).toBe(1);
  });

  it('is not remembered of a file that may change again without showing it', () => {
    createCredentialFile({ path, component, password: second, binding: here });
    now = Date.now;
    expect([found(), found()]).toEqual([sha256(second), sha256(second)]);
    expect(reads).toBe(2);
  });
});
