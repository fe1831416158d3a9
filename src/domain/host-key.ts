import { createHash } from 'node:crypto';

/** A host's public key as in known_hosts: type and base64 blob. */
export interface HostKey {
  readonly type: string;
  readonly base64: string;
}

export type HostKeyPolicy = 'ask' | 'tofu' | 'strict';

/** OpenSSH's form: SHA256:… without padding. */
export function fingerprint(key: HostKey): string {
  return `SHA256:${createHash('sha256').update(Buffer.from(key.base64, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

const TYPES =
  /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com)$/;

/** Reads "TYPE BASE64 [comment]"; null when it is not a public key whose blob names the same type. */
export function parseHostKey(text: string): HostKey | null {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  if (!TYPES.test(type) || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return null;
  const blob = Buffer.from(base64, 'base64');
  if (blob.length < 4 || blob.length > 16_384) return null;
  const length = blob.readUInt32BE(0);
  return blob.subarray(4, 4 + length).toString('latin1') === type ? { type, base64 } : null;
}
