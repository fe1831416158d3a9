import { createHash, createPublicKey } from 'node:crypto';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { META } from '../keyring.js';
import type { Handlers, Vault } from '../vault.js';
import { verifyBooks } from '../verify-books.js';

type Names = 'admin.recordings.books' | 'admin.recordings.ids' | 'admin.publicKey';

/** How recordings are proven to be whole. */
export function proofCalls(vault: Vault): Handlers<Names> {
  return {
    'admin.recordings.books': async ({ recordingIds }) => {
      const verdict = await verifyBooks(vault, recordingIds);
      return verdict.ok ? done({ value: verdict.value }) : verdict;
    },
    'admin.recordings.ids': ({ after, limit }) =>
      vault.store.transaction(async (records) =>
        done({
          value: (await records.sessions.recordingIds(after, limit)).map(({ id, stored, live }) => ({
            id,
            stored: live ? 'live' : stored,
          })),
        }),
      ),
    'admin.publicKey': () =>
      vault.store.transaction(async (records) => {
        const spki = await records.meta.value(META.verifyKey);
        if (spki === null) return failed(failure('INTEGRITY', 'the vault has no key to verify with'));
        const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
        return done({
          value: {
            pem: key.export({ format: 'pem', type: 'spki' }),
            fingerprint: `SHA256:${createHash('sha256').update(spki).digest('base64').replace(/=+$/, '')}`,
          },
        });
      }),
  };
}
