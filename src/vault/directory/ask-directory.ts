import type { DirectoryArgs, DirectoryCall, DirectoryResult } from '#/contract/directory-calls.js';
import { decodeSecretPayload, encodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import type { StoredAccount } from '../records/accounts.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Records } from '../records/records.js';
import { placeOfAccount, takeSecret } from '../secrets.js';
import type { Vault } from '../vault.js';

type More<K extends DirectoryCall> = Omit<DirectoryArgs<K>, 'settings' | 'bindDn' | 'attributes'>;

/** Asks the directory process something, with the bind user's password for this one question. `other` stays the caller's to wipe. */
export async function askDirectory<K extends DirectoryCall>(
  vault: Vault,
  directory: StoredDirectory,
  call: K,
  more: More<K>,
  other: Buffer = Buffer.alloc(0),
): Promise<Outcome<DirectoryResult<K>>> {
  const taken = await vault.store.transaction(async (records) => {
    const account = await records.accounts.account(directory.bindAccount);
    if (account === null)
      return failed(
        failure('INTEGRITY', `the bind user of the directory ${directory.name} is gone from VaultInternal`),
      );
    const secret = await bindSecret(vault, records, account);
    if (!secret.ok) return secret;
    const maps = await records.directories.maps(directory.name);
    const attributes = maps.flatMap(({ rule }) => (rule.kind === 'attribute' ? [rule.attribute] : []));
    return { ok: true as const, value: { secret: secret.value, bindDn: account.user, attributes } };
  });
  if (!taken.ok) return taken;
  const { secret, bindDn, attributes } = taken.value;
  const parts = decodeSecretPayload(secret.exposeSecret());
  const blob = encodeSecretPayload(parts?.secret ?? Buffer.alloc(0), other);
  secret.wipe();
  const args = { settings: directory.settings, bindDn, attributes: [...new Set(attributes)], ...more };
  try {
    return await vault.directory.ask(call, args as unknown as DirectoryArgs<K>, blob);
  } finally {
    blob.fill(0);
  }
}

export async function bindSecret(
  vault: Pick<Vault, 'keyring'>,
  records: Records,
  account: StoredAccount,
): Promise<Outcome<Secret>> {
  const safe = await records.safes.safe(account.safeId);
  return safe === null
    ? failed(failure('INTEGRITY', `the safe of the account ${account.id} is gone`))
    : await takeSecret(vault, records.accounts, placeOfAccount(safe, account));
}
