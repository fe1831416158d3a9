import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';

const NAME = 'ssh_host_ed25519_key';

/**
 * The key that this bastion shows to its clients (OpenSSH PEM), made with the home. A lost one is not made anew in silence:
 * every client would take the bastion for an impostor. Throws a sentence.
 */
export function readHostKey(directory: string): string {
  const path = join(directory, NAME);
  const pem = readFileSync(path, 'utf8');
  const key = ssh2.utils.parseKey(pem);
  if (key instanceof Error || key.type !== 'ssh-ed25519' || !key.isPrivateKey())
    throw new Error(`${path} is not an Ed25519 private key in OpenSSH's format`);
  return pem;
}
