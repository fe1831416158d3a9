import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeHostKey } from '#/house/ssh-host-key.js';

/** An Ed25519 key pair as ssh-keygen writes them. ssh2's own generator makes one in 200 that ssh2 cannot read ("Malformed"). */
export function newHostKey(): { readonly private: string; readonly public: string } {
  const folder = mkdtempSync(join(tmpdir(), 'postern-key-'));
  try {
    const publicKey = makeHostKey(folder, 'test');
    return { private: readFileSync(join(folder, 'ssh_host_ed25519_key'), 'utf8'), public: publicKey };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
