import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes an Ed25519 host key (0600) and its public half in a folder; returns the public one as "TYPE BASE64 comment". */
export function makeHostKey(folder: string, comment: string): string {
  const path = join(folder, 'ssh_host_ed25519_key');
  // asked whether to replace a key that is there, it reads "no" from its empty input
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return readFileSync(`${path}.pub`, 'utf8').trim();
}
