import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { Fields, sshNumber, sshString } from './agent-wire.js';
import { publicHalf, readWithoutStrings } from './private-key.js';

/** A private key that can sign for an SSH login, with its public blob. */
export interface SigningKey {
  readonly type: string;
  readonly blob: Buffer;
  readonly key: KeyObject;
}

const CURVES: Readonly<Record<string, { readonly hash: string; readonly size: number }>> = {
  'ecdsa-sha2-nistp256': { hash: 'sha256', size: 32 },
  'ecdsa-sha2-nistp384': { hash: 'sha384', size: 48 },
  'ecdsa-sha2-nistp521': { hash: 'sha512', size: 66 },
};
const RSA_HASH: Readonly<Record<string, string>> = { 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256' };
const FLAG_SHA256 = 2;
const FLAG_SHA512 = 4;

/** Reads a private key in OpenSSH's or PEM form. `why` is a phrase for people, without anything of the key in it. */
export function readSigningKey(secret: Buffer, passphrase: Buffer): SigningKey | { readonly why: string } {
  const direct = readWithoutStrings(secret, passphrase);
  const half = direct === null ? null : publicHalf(direct);
  if (direct !== null && half !== null) return { ...half, key: direct };
  const parsed = ssh2.utils.parseKey(secret, passphrase.length > 0 ? passphrase : undefined) as
    | ParsedKey
    | readonly ParsedKey[]
    | Error;
  const first = Array.isArray(parsed) ? (parsed as readonly ParsedKey[])[0] : (parsed as ParsedKey | Error);
  if (first === undefined || first instanceof Error)
    return { why: passphrase.length > 0 ? 'it cannot be read with its passphrase' : 'it cannot be read' };
  if (!first.isPrivateKey()) return { why: 'it is a public key' };
  if (first.type !== 'ssh-ed25519' && first.type !== 'ssh-rsa' && CURVES[first.type] === undefined)
    return { why: `keys of type ${first.type} are not supported` };
  return { type: first.type, blob: first.getPublicSSH(), key: createPrivateKey(first.getPrivatePEM()) };
}

/** SSH's signature blob over the data; flags are those of an agent's sign request. RSA never signs with SHA-1. */
export function signFor(key: SigningKey, data: Buffer, flags: number): Buffer | null {
  const curve = CURVES[key.type];
  if (curve !== undefined) {
    const raw = sign(curve.hash, data, { key: key.key, dsaEncoding: 'ieee-p1363' });
    const numbers = Buffer.concat([
      sshNumber(raw.subarray(0, curve.size)),
      sshNumber(raw.subarray(curve.size)),
    ]);
    return Buffer.concat([sshString(key.type), sshString(numbers)]);
  }
  if (key.type === 'ssh-ed25519')
    return Buffer.concat([sshString(key.type), sshString(sign(null, data, key.key))]);
  const algorithm =
    (flags & FLAG_SHA512) !== 0 ? 'rsa-sha2-512' : (flags & FLAG_SHA256) !== 0 ? 'rsa-sha2-256' : null;
  if (algorithm === null) return null;
  return Buffer.concat([sshString(algorithm), sshString(sign(RSA_HASH[algorithm] ?? '', data, key.key))]);
}

/** Is this SSH signature by the key of this public blob? */
export function verifyBy(publicBlob: Buffer, data: Buffer, signature: Buffer): boolean {
  try {
    const parsed = ssh2.utils.parseKey(publicBlob);
    if (parsed instanceof Error) return false;
    const key = createPublicKey(parsed.getPublicPEM());
    const fields = new Fields(signature);
    const algorithm = fields.text();
    const raw = fields.string();
    const curve = CURVES[parsed.type];
    if (curve !== undefined)
      return (
        algorithm === parsed.type &&
        verify(curve.hash, data, { key, dsaEncoding: 'ieee-p1363' }, fixedWidth(raw, curve.size))
      );
    if (parsed.type === 'ssh-ed25519') return algorithm === parsed.type && verify(null, data, key, raw);
    const hash = RSA_HASH[algorithm];
    return parsed.type === 'ssh-rsa' && hash !== undefined && verify(hash, data, key, raw);
  } catch {
    return false;
  }
}

function fixedWidth(numbers: Buffer, size: number): Buffer {
  const fields = new Fields(numbers);
  const out = Buffer.alloc(size * 2);
  for (const at of [size, size * 2]) {
    const number = fields.string();
    const bare = number.subarray(Math.max(0, number.length - size));
    bare.copy(out, at - bare.length);
  }
  return out;
}
