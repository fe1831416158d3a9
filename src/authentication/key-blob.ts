import { createPublicKey, type KeyObject } from 'node:crypto';
import { SshReader } from './ssh-reader.js';

/** A public key that signatures can be verified with. */
export interface SshKey {
  readonly type: string;
  readonly object: KeyObject;
  /** Of a security key: what it was made for, a part of everything it signs. Null: an ordinary key. */
  readonly application: string | null;
}

export const CURVES: Readonly<
  Record<string, { readonly crv: string; readonly size: number; readonly hash: string }>
> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', size: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', size: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', size: 66, hash: 'sha512' },
};
const MINIMUM_RSA_BITS = 2048;

/** The key of a blob (RFC 4253 §6.6, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f), or null. Certificates are none. */
export function keyFromBlob(blob: Buffer): SshKey | null {
  const reader = new SshReader(blob);
  const type = reader.text();
  const key = type === null ? null : readKey(type, reader);
  return reader.done ? key : null;
}

/** What follows the type in a blob, and in a certificate after its nonce. */
export function readKey(type: string, reader: SshReader): SshKey | null {
  try {
    switch (type) {
      case 'ssh-ed25519':
        return ordinary(type, edwards(reader));
      case 'sk-ssh-ed25519@openssh.com':
        return secured(type, edwards(reader), reader);
      case 'sk-ecdsa-sha2-nistp256@openssh.com':
        return secured(type, curve('ecdsa-sha2-nistp256', reader), reader);
      case 'ssh-rsa': {
        const [e, n] = [reader.number(), reader.number()];
        return ordinary(type, { kty: 'RSA', e: url(e), n: url(n) });
      }
      default:
        return ordinary(type, curve(type, reader));
    }
  } catch {
    return null;
  }
}

/** Why a key is too weak to be trusted, in words that follow "the key"; null: it is not. */
export function weakness({ type, object }: SshKey): string | null {
  return type === 'ssh-rsa' && (object.asymmetricKeyDetails?.modulusLength ?? 0) < MINIMUM_RSA_BITS
    ? `is RSA with fewer than ${MINIMUM_RSA_BITS} bits`
    : null;
}

type Jwk = Readonly<Record<string, string | undefined>>;

function edwards(reader: SshReader): Jwk {
  return { kty: 'OKP', crv: 'Ed25519', x: url(reader.exact(32)) };
}

function curve(type: string, reader: SshReader): Jwk | null {
  const known = CURVES[type];
  if (known === undefined || reader.text() !== type.slice('ecdsa-sha2-'.length)) return null;
  const point = reader.exact(2 * known.size + 1);
  if (point?.[0] !== 4) return null;
  const [x, y] = [point.subarray(1, 1 + known.size), point.subarray(1 + known.size)];
  return { kty: 'EC', crv: known.crv, x: url(x), y: url(y) };
}

function ordinary(type: string, jwk: Jwk | null): SshKey | null {
  return jwk === null
    ? null
    : { type, object: createPublicKey({ key: jwk, format: 'jwk' }), application: null };
}

function secured(type: string, jwk: Jwk | null, reader: SshReader): SshKey | null {
  const application = reader.text();
  const key = ordinary(type, jwk);
  // made for something else than SSH: what it signed elsewhere must not open anything here
  return key === null || application?.startsWith('ssh:') !== true ? null : { ...key, application };
}

function url(bytes: Buffer | null): string | undefined {
  return bytes?.toString('base64url');
}
