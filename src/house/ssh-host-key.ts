import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';

/** Makes an Ed25519 host key (0600) and its public half in a folder; returns the public one as "TYPE BASE64 comment". */
export function makeHostKey(folder: string, comment: string): string {
  const pair = ssh2.utils.generateKeyPairSync('ed25519', { comment });
  writeFileSync(join(folder, 'ssh_host_ed25519_key'), pair.private, { mode: 0o600, flag: 'wx' });
  writeFileSync(join(folder, 'ssh_host_ed25519_key.pub'), `${pair.public}\n`, { mode: 0o644, flag: 'wx' });
  return pair.public;
}
