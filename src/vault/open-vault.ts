import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { checkMasterKey, type Keyring } from './keyring.js';
import { openWithPassphrase, passphraseLock, readMasterKey } from './master-key.js';
import type { Store } from './records/records.js';

interface Parts {
  readonly store: Store;
  readonly keyring: Keyring;
}

/** At the start: takes the key from its file. A vault in passphrase mode stays sealed. A lost or wrong key is a refusal. */
export async function openWithFile(
  { store, keyring }: Parts,
  path: string,
): Promise<Outcome<'open' | 'sealed'>> {
  return await store.transaction(async ({ meta }) => {
    if ((await passphraseLock(meta)) !== null) return done('sealed' as const);
    const master = readMasterKey(path);
    if (!master.ok) return master;
    const signing = await checkMasterKey(meta, master.value);
    if (!signing.ok)
      return failed(
        failure('INTEGRITY', `${path}: ${signing.failure.message.replace(/^Integrity error: /, '')}`),
      );
    keyring.unseal({ master: master.value, signing: signing.value });
    signing.value.fill(0);
    return done('open' as const);
  });
}

/** Opens a sealed vault. The derivation of the key runs outside of any transaction. */
export async function openWithPhrase({ store, keyring }: Parts, passphrase: Buffer): Promise<Outcome<null>> {
  if (!keyring.sealed) return done(null);
  const lock = await store.transaction(({ meta }) => passphraseLock(meta));
  if (lock === null)
    return failed(failure('BAD_INPUT', 'this vault takes its key from a file, not from a passphrase'));
  const master = await openWithPassphrase(lock, passphrase);
  if (!master.ok) return master;
  const signing = await store.transaction(({ meta }) => checkMasterKey(meta, master.value));
  if (!signing.ok) return signing;
  keyring.unseal({ master: master.value, signing: signing.value });
  signing.value.fill(0);
  return done(null);
}
