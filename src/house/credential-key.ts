import { hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The key of a credential file: useless without this machine and the entropy file beside it. 32 bytes. */
export function credentialKey(machine: string, entropy: Buffer): Buffer {
  return Buffer.from(
    hkdfSync('sha256', entropy, Buffer.from(machine, 'utf8'), 'postern-credential-file-1', 32),
  );
}

/** Empty where a system has none (some containers): then the entropy file and the bindings are what is left. */
export function machineId(): string {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id']) {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      // the next one
    }
  }
  return '';
}
