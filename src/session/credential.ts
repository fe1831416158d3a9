import { decodeSecretPayload } from '#/contract/secret-payload.js';
import type { SecretKind } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { Secret } from '#/domain/secret.js';
import { readSigningKey, type SigningKey } from './ssh-keys.js';

/** The account's secret, ready for the one login it is for. */
export type Credential =
  | { readonly kind: 'password'; readonly secret: Secret }
  | { readonly kind: 'key'; readonly key: SigningKey };

/** Takes the vault's blob apart and wipes it. */
export function readCredential(kind: SecretKind, blob: Buffer | undefined): Outcome<Credential> {
  const payload = blob === undefined ? null : decodeSecretPayload(blob);
  if (payload === null) return failed(failure('PROTOCOL', 'the vault sent no secret', { stage: 4 }));
  try {
    if (kind === 'password') return done({ kind, secret: Secret.take(payload.secret) });
    const key = readSigningKey(payload.secret, payload.passphrase);
    return 'why' in key
      ? failed(failure('BAD_INPUT', `the stored private key: ${key.why}`, { stage: 4 }))
      : done({ kind, key });
  } finally {
    blob?.fill(0);
  }
}
