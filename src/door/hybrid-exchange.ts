import {
  createHash,
  createPublicKey,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/**
 * mlkem768x25519-sha256, the server's half: a key exchange that stays secret if either ML-KEM-768 (FIPS 203) or X25519 does
 * (draft-ietf-sshm-mlkem-hybrid-kex; OpenSSH 9.9 and newer, by default since 10.0). Pure but for its randomness.
 */
export const HYBRID = 'mlkem768x25519-sha256';

const MLKEM_PUBLIC = 1184;
const X25519_PUBLIC = 32;

export interface HybridAnswer {
  /** S_REPLY: the ciphertext (1088 bytes), then our X25519 key (32 bytes). */
  readonly reply: Buffer;
  /** K, 32 bytes: goes into hashes as a string, not as an mpint. */
  readonly secret: Buffer;
}

/**
 * @param theirs C_INIT: an ML-KEM-768 public key (1184 bytes), then an X25519 public key (32 bytes).
 * @returns null when it is no such pair; also when both keys would agree on zero.
 */
export function answerHybrid(theirs: Buffer): HybridAnswer | null {
  if (theirs.length !== MLKEM_PUBLIC + X25519_PUBLIC) return null;
  try {
    const kem = encapsulate(publicKey('ml-kem-768', theirs.subarray(0, MLKEM_PUBLIC)));
    const ours = generateKeyPairSync('x25519');
    const classical = diffieHellman({
      privateKey: ours.privateKey,
      publicKey: publicKey('x25519', theirs.subarray(MLKEM_PUBLIC)),
    });
    return {
      reply: Buffer.concat([kem.ciphertext, ours.publicKey.export({ format: 'raw-public' })]),
      secret: createHash('sha256').update(kem.sharedKey).update(classical).digest(),
    };
  } catch {
    // OpenSSL: coefficients out of range, or a point of small order
    return null;
  }
}

function publicKey(asymmetricKeyType: 'ml-kem-768' | 'x25519', key: Buffer): KeyObject {
  return createPublicKey({ key, format: 'raw-public', asymmetricKeyType });
}
