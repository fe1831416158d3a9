import { createHash, verify } from 'node:crypto';
import { CURVES, type SshKey } from './key-blob.js';
import { SshReader } from './ssh-reader.js';

/** What was signed and how; `signature` is what follows the algorithm's name and the length on the wire. */
export interface Signed {
  readonly algorithm: string;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** What a security key says of the moment when it signed (WebAuthn §6.1). */
const FLAGS = { present: 1, verified: 4 } as const;
/** The flags and the counter at the end of a security key's signature. */
const TRAILER = 5;

/** Verifies a signature. Of a security key only when somebody touched it; with `verifyRequired` only when it knew him, too. */
export function verifySignature(key: SshKey, given: Signed, verifyRequired: boolean): boolean {
  try {
    return key.application === null
      ? verifyPlain(key, given)
      : verifySecured(key, key.application, given, verifyRequired);
  } catch {
    return false;
  }
}

function verifyPlain({ type, object }: SshKey, { algorithm, signed, signature }: Signed): boolean {
  if (type === 'ssh-ed25519') return algorithm === type && verify(null, signed, object, signature);
  const curve = CURVES[type];
  if (curve !== undefined)
    return (
      algorithm === type &&
      verify(curve.hash, signed, { key: object, dsaEncoding: 'der' }, ecdsaToDer(signature))
    );
  if (type !== 'ssh-rsa') return false;
  if (algorithm === 'rsa-sha2-256') return verify('sha256', signed, object, signature);
  return algorithm === 'rsa-sha2-512' && verify('sha512', signed, object, signature);
}

/** OpenSSH's PROTOCOL.u2f: SHA-256 of the application, flags, counter, SHA-256 of what was to be signed. */
function verifySecured(
  { type, object }: SshKey,
  application: string,
  { algorithm, signed, signature }: Signed,
  verifyRequired: boolean,
): boolean {
  const end = signature.length - TRAILER;
  if (algorithm !== type || end <= 0) return false;
  const [bytes, trailer] = [signature.subarray(0, end), signature.subarray(end)];
  const flags = trailer[0] ?? 0;
  if ((flags & FLAGS.present) === 0 || (verifyRequired && (flags & FLAGS.verified) === 0)) return false;
  const message = Buffer.concat([sha256(application), trailer, sha256(signed)]);
  return type === 'sk-ssh-ed25519@openssh.com'
    ? verify(null, message, object, bytes)
    : verify('sha256', message, { key: object, dsaEncoding: 'der' }, ecdsaToDer(bytes));
}

/**
 * A signature with its algorithm's name before it, as certificates have it, cut apart; null when it is not in that form.
 * A security key's flags and counter follow the signature proper.
 */
export function namedSignature(
  blob: Buffer,
): { readonly algorithm: string; readonly signature: Buffer } | null {
  const reader = new SshReader(blob);
  const [algorithm, signature] = [reader.text(), reader.string()];
  if (algorithm === null || signature === null) return null;
  const trailer = algorithm.startsWith('sk-') ? TRAILER : 0;
  if (reader.rest.length !== trailer) return null;
  return { algorithm, signature: Buffer.concat([signature, reader.rest]) };
}

/** An ECDSA signature as the DER sequence that node:crypto takes; SSH's own form is two mpints (RFC 5656 §3.1.2). */
function ecdsaToDer(signature: Buffer): Buffer {
  const reader = new SshReader(signature);
  const [r, s] = [reader.string(), reader.string()];
  if (r === null || s === null || !reader.done) return signature;
  const body = Buffer.concat([r, s].flatMap((part) => [Buffer.from([2, part.length]), part]));
  return Buffer.concat([
    Buffer.from(body.length < 128 ? [0x30, body.length] : [0x30, 0x81, body.length]),
    body,
  ]);
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}
