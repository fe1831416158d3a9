import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from 'node:crypto';

/** SPKI of X25519: what stands before the 32 raw bytes (RFC 8410). */
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

export function rawX25519(spki: Buffer): Buffer {
  return Buffer.from(spki.subarray(SPKI.length));
}

/** The first key of a recording's text, which opens nothing else of it: the same that the recorder derives. */
export function textKey(contentKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', contentKey, '', 'postern-tape-1 text', 32));
}

/** The first content key of one recording, from the recording safe's private key and the tape's ephemeral public key (raw). */
export function recordingKey(safePrivate: Buffer, ephemeral: Buffer): Buffer | null {
  if (ephemeral.length !== 32) return null;
  const privateKey = createPrivateKey({ key: safePrivate, format: 'der', type: 'pkcs8' });
  const recipient = rawX25519(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }));
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([SPKI, ephemeral]), format: 'der', type: 'spki' });
    const shared = diffieHellman({ privateKey, publicKey });
    const key = Buffer.from(
      hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), 'postern-tape-1', 32),
    );
    shared.fill(0);
    return key;
  } catch {
    // a point of low order, which gives no secret
    return null;
  }
}
