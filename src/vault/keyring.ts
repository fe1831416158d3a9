import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { SignedTail } from '#/audit/records.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { Secret } from '#/domain/secret.js';
import { type EnvelopePlace, KEY_BYTES, NONCE_BYTES, open, seal } from './envelope.js';
import type { MetaRecords } from './records/records.js';
import type { Safe } from './records/safes.js';

/** Holds the master key while the vault is open; null inside means sealed. */
export interface Keyring {
  readonly sealed: boolean;
  /** Takes the master key over; the other is the caller's to wipe. Call once, after checkMasterKey said that the key is right. */
  unseal(keys: { readonly master: Buffer; readonly signing: Buffer }): void;
  /** Ed25519 over a text, base64; null while sealed. */
  sign(text: string): string | null;
  /** Seals a new safe's key with the master key. */
  wrapSafeKey(safeId: string, key: Buffer): Outcome<Buffer>;
  /** Seals a value of the vault itself, which is in no safe, with the master key. */
  sealValue(at: EnvelopePlace, plaintext: Uint8Array): Outcome<Buffer>;
  openValue(at: EnvelopePlace, sealed: Uint8Array): Outcome<Secret>;
  /** Runs `work` with the safe's key, which is wiped afterwards. */
  withSafeKey<T>(safe: Pick<Safe, 'id' | 'name' | 'wrappedKey'>, work: (key: Buffer) => T): Outcome<T>;
}

export const META = {
  keyCheck: 'key-check',
  signingKey: 'signing-key',
  verifyKey: 'verify-key',
  masterKey: 'master-key',
  kdf: 'kdf',
  createdAt: 'created-at',
} as const;

const place = (purpose: EnvelopePlace['purpose'], table: string, row: string): EnvelopePlace => ({
  purpose,
  table,
  row,
  version: 1,
  context: [],
});
const CHECK_PLACE = place('key-check', 'meta', META.keyCheck);
const SIGNING_PLACE = place('signing-key', 'meta', META.signingKey);
const CHECK_TEXT = Buffer.from('postern key check 1', 'utf8');

export function createKeyring(random: (bytes: number) => Buffer): Keyring {
  let keys: { readonly master: Buffer; readonly signing: KeyObject } | null = null;
  return {
    get sealed() {
      return keys === null;
    },
    unseal(given) {
      const signing = createPrivateKey({ key: given.signing, format: 'der', type: 'pkcs8' });
      keys = { master: given.master, signing };
    },
    sign(text) {
      if (keys === null) return null;
      return sign(null, Buffer.from(text, 'utf8'), keys.signing).toString('base64');
    },
    wrapSafeKey(safeId, key) {
      if (keys === null) return failed(failure('VAULT_SEALED'));
      return done(seal(keys.master, random(NONCE_BYTES), key, place('safe-key', 'safes', safeId)));
    },
    sealValue(at, plaintext) {
      if (keys === null) return failed(failure('VAULT_SEALED'));
      return done(seal(keys.master, random(NONCE_BYTES), plaintext, at));
    },
    openValue(at, sealed) {
      if (keys === null) return failed(failure('VAULT_SEALED'));
      const opened = open(keys.master, sealed, at);
      return opened === null
        ? failed(failure('INTEGRITY', `a value in ${at.table} is not the one that was sealed for its row`))
        : done(Secret.take(opened));
    },
    withSafeKey(safe, work) {
      if (keys === null) return failed(failure('VAULT_SEALED'));
      const key = open(keys.master, safe.wrappedKey, place('safe-key', 'safes', safe.id));
      if (key === null) return failed(failure('INTEGRITY', `the key of safe ${safe.name} does not open`));
      try {
        return done(work(key));
      } finally {
        key.fill(0);
      }
    },
  };
}

/** What a new vault stores about its master key: a value to recognise it by, and the signing key sealed with it. */
export async function storeMasterKey(
  meta: MetaRecords,
  master: Buffer,
  signing: Buffer,
  random: (bytes: number) => Buffer,
): Promise<void> {
  await meta.setValue(META.keyCheck, seal(master, random(NONCE_BYTES), CHECK_TEXT, CHECK_PLACE));
  await meta.setValue(META.signingKey, seal(master, random(NONCE_BYTES), signing, SIGNING_PLACE));
  const publicKey = createPublicKey(createPrivateKey({ key: signing, format: 'der', type: 'pkcs8' }));
  await meta.setValue(META.verifyKey, publicKey.export({ format: 'der', type: 'spki' }));
}

/** Is this the vault's master key? Gives the signing key that it opens. */
export async function checkMasterKey(meta: MetaRecords, master: Buffer): Promise<Outcome<Buffer>> {
  const [check, signing] = [await meta.value(META.keyCheck), await meta.value(META.signingKey)];
  if (check === null || signing === null || master.length !== KEY_BYTES)
    return failed(failure('INTEGRITY', 'the master key cannot be checked'));
  if (open(master, check, CHECK_PLACE)?.equals(CHECK_TEXT) !== true)
    return failed(failure('INTEGRITY', 'this is not the master key of this vault'));
  const opened = open(master, signing, SIGNING_PLACE);
  return opened === null
    ? failed(failure('INTEGRITY', 'the signing key of the vault does not open'))
    : done(opened);
}

/** Checks the vault's signature; false also when it has no key yet. */
export async function signatureChecker(
  meta: MetaRecords,
): Promise<(text: string, signature: SignedTail['signature']) => boolean> {
  const stored = await meta.value(META.verifyKey);
  if (stored === null) return () => false;
  const key = createPublicKey({ key: stored, format: 'der', type: 'spki' });
  return (text, signature) => verify(null, Buffer.from(text, 'utf8'), key, Buffer.from(signature, 'base64'));
}
