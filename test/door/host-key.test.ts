import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readHostKey } from '#/door/host-key.js';
import { scratch } from './rig.js';

let files: ReturnType<typeof scratch>;
beforeEach(() => {
  files = scratch();
});
afterEach(() => files.remove());

function keygen(type: string): void {
  spawnSync('ssh-keygen', ['-q', '-N', '', '-t', type, '-f', files.path('ssh_host_ed25519_key')]);
}

test('a host key of OpenSSH is read', () => {
  keygen('ed25519');
  expect(readHostKey(files.path('.'))).toContain('OPENSSH PRIVATE KEY');
});

test('a missing one is not made anew', () => {
  expect(() => readHostKey(files.path('.'))).toThrow(/ENOENT.*ssh_host_ed25519_key/);
});

test('another type is refused', () => {
  keygen('rsa');
  expect(() => readHostKey(files.path('.'))).toThrow('is not an Ed25519 private key');
});

test('a public key is refused', () => {
  keygen('ed25519');
  copyFileSync(files.path('ssh_host_ed25519_key.pub'), files.path('ssh_host_ed25519_key'));
  expect(() => readHostKey(files.path('.'))).toThrow('is not an Ed25519 private key');
});
