import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto';

const KEY_BYTES = 32;

export interface EphemeralKey {
  readonly privateKey: KeyObject;
  /** Raw, 32 bytes: stands in the header. */
  readonly publicKey: Buffer;
}

/** The key pair of one recording, from 32 random bytes, which are wiped. */
export function ephemeralKey(seed: Buffer): EphemeralKey {
  const privateKey = createPrivateKey({ key: seed, format: 'raw-private', asymmetricKeyType: 'x25519' });
  seed.fill(0);
  return { privateKey, publicKey: rawPublicKey(privateKey) };
}

/** The first content key, on the writing side. `recipient`: the recording safe's raw public key. */
export function contentKeyForWriting(ephemeral: EphemeralKey, recipient: Buffer): Buffer {
  return derive(ephemeral.privateKey, recipient, ephemeral.publicKey, recipient);
}

/** The same key, on the side of who holds the recording safe's private key. */
export function contentKeyForReading(safeKey: KeyObject, ephemeral: Buffer): Buffer {
  return derive(safeKey, ephemeral, ephemeral, rawPublicKey(safeKey));
}

/**
 * The first key of the segments of text, which have a ratchet of their own: who searches gets this one, and can read
 * nothing else with it.
 */
export function textKeyOf(contentKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', contentKey, '', 'postern-tape-1 text', KEY_BYTES));
}

/** The first key of the segments that hold what was last read, from the one of the segments of text. */
export function recentKeyOf(textKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', textKey, '', 'postern-tape-1 recent', KEY_BYTES));
}

/** The ratchet: the next segment's key. An earlier key cannot be had from a later one. */
export function nextKey(key: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', 'postern-tape-1 next', KEY_BYTES));
}

/** Of a private key: its public half. 32 bytes. */
export function rawPublicKey(key: KeyObject): Buffer {
  const publicKey = key.type === 'public' ? key : createPublicKey(key);
  return publicKey.export({ format: 'raw-public' });
}

/** Throws when the other side's key is no X25519 key, or one that makes the secret all zeros. */
function derive(own: KeyObject, other: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer {
  const publicKey = createPublicKey({ key: other, format: 'raw-public', asymmetricKeyType: 'x25519' });
  const shared = diffieHellman({ privateKey: own, publicKey });
  try {
    return Buffer.from(
      hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), 'postern-tape-1', KEY_BYTES),
    );
  } finally {
    shared.fill(0);
  }
}
