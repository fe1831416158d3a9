import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** A person's SSH public key as it is registered. */
export interface PublicKey {
  readonly type: string;
  readonly base64: string;
  readonly comment: string;
  /** SHA256:… as OpenSSH prints it. */
  readonly fingerprint: string;
}

export type KeyCheck =
  | { readonly ok: true; readonly key: PublicKey }
  | { readonly ok: false; readonly why: string };

const MINIMUM_RSA_BITS = 2048;
const CURVES: Readonly<
  Record<string, { readonly crv: string; readonly size: number; readonly hash: string }>
> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', size: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', size: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', size: 66, hash: 'sha512' },
};

/** Reads one line of an authorized_keys or .pub file (RFC 4253 §6.6, RFC 5656, RFC 8709). Options before the type are refused. */
export function parsePublicKey(line: string): KeyCheck {
  const [type = '', base64 = '', ...comment] = line.trim().split(/\s+/);
  if (/PRIVATE KEY/.test(line)) return no('is a private key: give the .pub file');
  if (/^sk-/.test(type)) return no('is a security key, which this release cannot verify');
  if (/-cert-v01@openssh\.com$/.test(type)) return no('is a certificate, which this release cannot verify');
  const blob = Buffer.from(base64, 'base64');
  const key = keyFromBlob(blob);
  if (key === null) return no('is not an SSH public key ("TYPE BASE64 [comment]")');
  if (key.type !== type) return no(`says ${type} but holds ${key.type}`);
  if (key.type === 'ssh-rsa' && (key.object.asymmetricKeyDetails?.modulusLength ?? 0) < MINIMUM_RSA_BITS)
    return no(`is RSA with fewer than ${MINIMUM_RSA_BITS} bits`);
  return {
    ok: true,
    key: {
      type,
      base64: blob.toString('base64'),
      comment: comment.join(' ').slice(0, 200),
      fingerprint: keyFingerprint(blob),
    },
  };

  function no(why: string): KeyCheck {
    return { ok: false, why: `the key ${why}` };
  }
}

export function keyFingerprint(blob: Buffer): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** What a login by key brings: the registered blob, the signature algorithm, what was signed and the raw signature. */
export interface KeyEvidence {
  readonly key: string;
  readonly algorithm: string;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/**
 * Verifies an SSH user-authentication signature (RFC 4252 §7) and that what was signed names this user and this key:
 * a signature for something else is worth nothing here.
 */
export function verifyUserAuth(evidence: KeyEvidence, user: string): boolean {
  const blob = Buffer.from(evidence.key, 'base64');
  const parsed = keyFromBlob(blob);
  if (parsed === null || !signsThis(evidence, user, blob)) return false;
  return verifySignature(parsed, evidence);
}

function verifySignature(
  { type, object }: ParsedKey,
  { algorithm, signed, signature }: KeyEvidence,
): boolean {
  try {
    if (type === 'ssh-ed25519') return algorithm === type && verify(null, signed, object, signature);
    const curve = CURVES[type];
    if (curve !== undefined)
      return (
        algorithm === type &&
        verify(curve.hash, signed, { key: object, dsaEncoding: 'der' }, ecdsaToDer(signature))
      );
    if (algorithm === 'rsa-sha2-256') return verify('sha256', signed, object, signature);
    if (algorithm === 'rsa-sha2-512') return verify('sha512', signed, object, signature);
    return false;
  } catch {
    return false;
  }
}

/** session id, byte 50, user, "ssh-connection", "publickey", TRUE, algorithm, key blob. */
function signsThis({ signed, algorithm }: KeyEvidence, user: string, blob: Buffer): boolean {
  const reader = new Reader(signed);
  const sessionId = reader.string();
  if (sessionId === null || sessionId.length < 20 || reader.byte() !== 50) return false;
  if (reader.string()?.toString('utf8') !== user || reader.string()?.toString('latin1') !== 'ssh-connection')
    return false;
  if (reader.string()?.toString('latin1') !== 'publickey' || reader.byte() !== 1) return false;
  return (
    reader.string()?.toString('latin1') === algorithm && reader.string()?.equals(blob) === true && reader.done
  );
}

interface ParsedKey {
  readonly type: string;
  readonly object: KeyObject;
}

function keyFromBlob(blob: Buffer): ParsedKey | null {
  const reader = new Reader(blob);
  const type = reader.string()?.toString('latin1');
  try {
    if (type === 'ssh-ed25519')
      return keyFrom(type, { kty: 'OKP', crv: 'Ed25519', x: url(reader.exact(32)) }, reader);
    if (type === 'ssh-rsa') {
      const [e, n] = [reader.number(), reader.number()];
      return keyFrom(type, { kty: 'RSA', e: url(e), n: url(n) }, reader);
    }
    const curve = type === undefined ? undefined : CURVES[type];
    if (type === undefined || curve === undefined || reader.string() === null) return null;
    const point = reader.exact(2 * curve.size + 1);
    if (point?.[0] !== 4) return null;
    return keyFrom(
      type,
      {
        kty: 'EC',
        crv: curve.crv,
        x: url(point.subarray(1, 1 + curve.size)),
        y: url(point.subarray(1 + curve.size)),
      },
      reader,
    );
  } catch {
    return null;
  }
}

function keyFrom(type: string, jwk: Record<string, string | undefined>, reader: Reader): ParsedKey | null {
  if (!reader.done) return null;
  return { type, object: createPublicKey({ key: jwk, format: 'jwk' }) };
}

function url(bytes: Buffer | null): string | undefined {
  return bytes?.toString('base64url');
}

/** An ECDSA signature as the DER sequence that node:crypto takes; SSH's own form is two mpints (RFC 5656 §3.1.2). */
function ecdsaToDer(signature: Buffer): Buffer {
  const reader = new Reader(signature);
  const [r, s] = [reader.string(), reader.string()];
  if (r === null || s === null || !reader.done) return signature;
  const body = Buffer.concat([r, s].flatMap((part) => [Buffer.from([2, part.length]), part]));
  return Buffer.concat([
    Buffer.from(body.length < 128 ? [0x30, body.length] : [0x30, 0x81, body.length]),
    body,
  ]);
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number | null {
    const value = this.#bytes[this.#at];
    this.#at += 1;
    return value ?? null;
  }

  string(): Buffer | null {
    if (this.#at + 4 > this.#bytes.length) return null;
    const length = this.#bytes.readUInt32BE(this.#at);
    const end = this.#at + 4 + length;
    if (end > this.#bytes.length) return null;
    const value = this.#bytes.subarray(this.#at + 4, end);
    this.#at = end;
    return value;
  }

  exact(length: number): Buffer | null {
    const value = this.string();
    return value?.length === length ? value : null;
  }

  /** An mpint without its sign byte. */
  number(): Buffer | null {
    const value = this.string();
    return value?.[0] === 0 ? value.subarray(1) : value;
  }
}
