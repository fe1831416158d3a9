import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';

/** Below the portal's directory; `.pub` beside it is what the start card and clients' known_hosts need. */
const NAME = 'ssh_host_ed25519_key';

/**
 * The key that this bastion shows to its clients, made at the first start. Several portals start at once: whoever links
 * first wins, the others read his. OpenSSH PEM. Throws when the directory cannot be written or the key cannot be read.
 */
export function hostKey(directory: string): string {
  const path = join(directory, NAME);
  const pem = read(path) ?? make(path);
  const key = ssh2.utils.parseKey(pem);
  if (key instanceof Error || key.type !== 'ssh-ed25519')
    throw new Error(`${NAME} is not an Ed25519 private key`);
  const pub = `${path}.pub`;
  if (!existsSync(pub))
    writeWhole(pub, `ssh-ed25519 ${key.getPublicSSH().toString('base64')} postern\n`, 0o644);
  return pem;
}

function make(path: string): string {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, ssh2.utils.generateKeyPairSync('ed25519').private, { mode: 0o600, flush: true });
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'utf8');
}

function writeWhole(path: string, text: string, mode: number): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text, { mode });
  renameSync(draft, path);
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
