import { createPrivateKey } from 'node:crypto';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import { contentKeyForReading } from '#/recorder/tape-key.js';
import { objectIn, RECORDING_KEY } from './objects.js';
import { ownRecordingKey } from './own-recording-key.js';
import type { Records } from './records/records.js';
import type { RecordedSession } from './records/sessions.js';
import { placeOfObject, takeSecret } from './secrets.js';
import type { Vault } from './vault.js';

/** The first content key of one recording. `ephemeral`: the public key of its tape, raw. */
export async function keyOfRecording(
  vault: Vault,
  records: Records,
  recording: RecordedSession,
  ephemeral: Buffer,
): Promise<Outcome<Buffer>> {
  const secret = await privateKeyOf(vault, records, recording);
  if (!secret.ok) return secret;
  const safeKey = createPrivateKey({ key: secret.value.exposeSecret(), format: 'der', type: 'pkcs8' });
  secret.value.wipe();
  try {
    return done(contentKeyForReading(safeKey, ephemeral));
  } catch {
    // of another length, or a point of low order, which gives no secret
    return failed(failure('BAD_INPUT', 'that is no X25519 key'));
  }
}

/** Its own; of recordings that were made before they had one, that of their recording safe. */
async function privateKeyOf(
  vault: Vault,
  records: Records,
  recording: RecordedSession,
): Promise<Outcome<Secret>> {
  const own = await ownRecordingKey(vault, records, recording);
  if (!own.ok) return own;
  if (own.value !== null) return done(own.value);
  const stored = await objectIn(records, recording.recordingSafe, RECORDING_KEY);
  if (stored === null)
    return failed(failure('INTEGRITY', `safe ${recording.recordingSafe} has no recording key`));
  return await takeSecret(vault, records.accounts, placeOfObject(stored.safe, stored.object));
}
