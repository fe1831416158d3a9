import { createPublicKey } from 'node:crypto';
import { open } from 'node:fs/promises';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { type BundleVerdict, verifyBundle } from '#/monitor/verify-bundle.js';
import { fileBytes } from './input.js';

/** A file and a key, and nothing else: no daemon, no home. */
export async function bundleVerdict(path: string, publicKey: string): Promise<Outcome<BundleVerdict>> {
  const key = readKey(publicKey);
  if (!key.ok) return key;
  try {
    const file = await open(path, 'r');
    try {
      return done(await verifyBundle(file, key.value));
    } finally {
      await file.close();
    }
  } catch (error) {
    return failed(
      failure('BAD_INPUT', `cannot read ${path}: ${error instanceof Error ? error.message : 'unknown'}`),
    );
  }
}

/** base64 SPKI of an Ed25519 key in PEM. */
function readKey(path: string): Outcome<string> {
  const bytes = fileBytes(path, 64 * 1024);
  if (!bytes.ok) return bytes;
  try {
    const key = createPublicKey(bytes.value);
    if (key.asymmetricKeyType === 'ed25519')
      return done(key.export({ format: 'der', type: 'spki' }).toString('base64'));
  } catch {
    // said below
  }
  return failed(failure('BAD_INPUT', `${path} is no public key as \`recordings public-key\` prints it`));
}
