import { createHash } from 'node:crypto';
import { CERTIFICATE } from './certificate.js';
import { keyFromBlob, weakness } from './key-blob.js';

/** A person's SSH public key as it is registered. */
export interface PublicKey {
  readonly type: string;
  readonly base64: string;
  readonly comment: string;
  /** SHA256:… as OpenSSH prints it. */
  readonly fingerprint: string;
  /** Of a security key: it must see its owner (PIN or finger), not only be touched. */
  readonly verifyRequired: boolean;
}

export type KeyCheck =
  | { readonly ok: true; readonly key: PublicKey }
  | { readonly ok: false; readonly why: string };

/** The one option of authorized_keys that is understood before a key. */
const VERIFY_REQUIRED = 'verify-required';

/**
 * Reads one line of an authorized_keys or .pub file (RFC 4253 §6.6, RFC 5656, RFC 8709, security keys). Options before the
 * type are refused, but `verify-required`.
 */
export function parsePublicKey(line: string): KeyCheck {
  const words = line.trim().split(/\s+/);
  const verifyRequired = words[0] === VERIFY_REQUIRED;
  const [type = '', base64 = '', ...comment] = verifyRequired ? words.slice(1) : words;
  if (/PRIVATE KEY/.test(line)) return no('is a private key: give the .pub file');
  if (type.endsWith(CERTIFICATE))
    return no('is a certificate: nothing is registered for it, its authority is in the configuration');
  const blob = Buffer.from(base64, 'base64');
  const key = keyFromBlob(blob);
  if (key === null) return no('is not an SSH public key ("TYPE BASE64 [comment]")');
  if (key.type !== type) return no(`says ${type} but holds ${key.type}`);
  const weak = weakness(key);
  if (weak !== null) return no(weak);
  if (verifyRequired && key.application === null) return no('is not a security key: it cannot see its owner');
  return {
    ok: true,
    key: {
      type,
      base64: blob.toString('base64'),
      comment: comment.join(' ').slice(0, 200),
      fingerprint: keyFingerprint(blob),
      verifyRequired,
    },
  };

  function no(why: string): KeyCheck {
    return { ok: false, why: `the key ${why}` };
  }
}

export function keyFingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}
