import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { Secret } from '#/domain/secret.js';
import { rawPublicKey } from '#/recorder/tape-key.js';
import { type EnvelopePlace, NONCE_BYTES, open, seal } from './envelope.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import type { StoredSession } from './records/sessions.js';
import type { Vault } from './vault.js';

/**
 * Makes the key that one recording is sealed to, and keeps its private half under the key of the recording safe. When it is
 * destroyed nobody opens that recording again, whatever copies there are. The public half, raw.
 */
export async function makeRecordingKey(
  { keyring, random }: Pick<Vault, 'keyring' | 'random'>,
  records: Records,
  session: Pick<StoredSession, 'id'>,
  safe: Safe,
): Promise<Outcome<Buffer>> {
  const pair = generateKeyPairSync('x25519');
  const half = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
  try {
    const sealed = keyring.withSafeKey(safe, (key) =>
      seal(key, random(NONCE_BYTES), half, placeOf(session.id, safe)),
    );
    if (!sealed.ok) return sealed;
    await records.sessions.putRecordingKey(session.id, sealed.value);
    return done(rawPublicKey(pair.publicKey));
  } finally {
    half.fill(0);
  }
}

/** The public half of the key that was made for a session, raw. */
export async function recipientOf(
  vault: Pick<Vault, 'keyring'>,
  records: Records,
  session: StoredSession,
): Promise<Outcome<Buffer>> {
  const own = await ownRecordingKey(vault, records, session);
  if (!own.ok) return own;
  const key = own.value;
  if (key === null) return failed(failure('INTEGRITY', 'the session has no recording key'));
  try {
    const half = createPrivateKey({ key: key.exposeSecret(), format: 'der', type: 'pkcs8' });
    return done(rawPublicKey(half));
  } finally {
    key.wipe();
  }
}

/** Null: it has none of its own, and is sealed to the key of its recording safe. */
export async function ownRecordingKey(
  { keyring }: Pick<Vault, 'keyring'>,
  records: Records,
  session: Pick<StoredSession, 'id' | 'recordingSafe' | 'recordingSafeId'>,
): Promise<Outcome<Secret | null>> {
  const sealed = await records.sessions.recordingKey(session.id);
  if (sealed === null) return done(null);
  const safe = await records.safes.safe(session.recordingSafeId);
  if (safe === null) return failed(failure('INTEGRITY', `safe ${session.recordingSafe} is gone`));
  const opened = keyring.withSafeKey(safe, (key) => open(key, sealed, placeOf(session.id, safe)));
  if (!opened.ok) return opened;
  return opened.value === null
    ? failed(failure('INTEGRITY', 'the key of the recording is not the one that was sealed for it'))
    : done(Secret.take(opened.value));
}

function placeOf(row: string, safe: Pick<Safe, 'id'>): EnvelopePlace {
  return { purpose: 'recording-key', table: 'recording_keys', row, version: 1, context: [safe.id] };
}
