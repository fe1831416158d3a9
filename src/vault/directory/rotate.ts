import { decodeSecretPayload, encodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { StoredDirectory } from '../records/directories.js';
import type { Records } from '../records/records.js';
import { putSecret, type SecretPlace, takeSecret } from '../secrets.js';
import { CONSOLE, type Vault } from '../vault.js';
import { askDirectory } from './ask-directory.js';
import { changeBindAccount } from './bind-account.js';
import { noteDirectory } from './rows.js';

/** 27 random bytes in base64url, and a head that satisfies rules about kinds of characters. */
function newPassword(random: Vault['random']): Buffer {
  const bytes = random(27);
  const text = Buffer.from(`Aa1-${bytes.toString('base64url')}`, 'latin1');
  bytes.fill(0);
  return text;
}

/**
 * Gives the bind user a password that nobody knows. It is sealed beside the old one before the directory hears of it, so that
 * nothing is lost whenever this ends; the next run first tries whether the directory has it already.
 */
export async function rotate(vault: Vault, directory: StoredDirectory): Promise<Outcome<null>> {
  const left = await pending(vault, directory);
  if (left !== null) {
    const settled = await settle(vault, directory, left);
    if (settled) return done(null);
  }
  const fresh = newPassword(vault.random);
  try {
    const kept = await vault.store.transaction((records) => keep(vault, records, directory, fresh));
    if (!kept.ok) return kept;
    const outcome = await askDirectory(vault, directory, 'directory.changePassword', {}, fresh);
    if (!outcome.ok) return outcome;
    if (outcome.value.kind === 'unavailable') {
      const { server, step, detail } = outcome.value;
      return failed(failure('DIRECTORY_UNAVAILABLE', `${server}, ${step}: ${detail}`));
    }
    await take(vault, directory, fresh);
    return done(null);
  } finally {
    fresh.fill(0);
  }
}

/** A password of an earlier run that ended in the middle: if the directory takes it, it is the one. */
async function settle(vault: Vault, directory: StoredDirectory, left: Buffer): Promise<boolean> {
  try {
    const before = await askDirectory(vault, directory, 'directory.test', { user: null });
    if (!before.ok || before.value.steps.some(({ step, ok }) => step === 'search' && ok === true))
      return false;
    await take(vault, directory, left);
    const after = await askDirectory(vault, directory, 'directory.test', { user: null });
    return after.ok && after.value.steps.some(({ step, ok }) => step === 'search' && ok === true);
  } finally {
    left.fill(0);
  }
}

async function take(vault: Vault, directory: StoredDirectory, password: Buffer): Promise<void> {
  await vault.store.transaction(async (records) => {
    const changed = await changeBindAccount(vault, records, directory.bindAccount, { password });
    if (!changed.ok) throw new Error(changed.failure.message);
    await records.meta.setValue(metaName(directory), Buffer.alloc(0));
    await noteDirectory(vault, records, CONSOLE, directory.name, "the bind user's password was rotated");
  });
}

function metaName({ name }: StoredDirectory): string {
  return `rotation of ${name.toLowerCase()}`;
}

async function keep(
  vault: Vault,
  records: Records,
  directory: StoredDirectory,
  fresh: Buffer,
): Promise<Outcome<null>> {
  const version = vault.now();
  const place = await placeOf(records, directory, version);
  if (place === null) return failed(failure('NOT_FOUND', 'The bind user in VaultInternal'));
  const payload = encodeSecretPayload(fresh, Buffer.alloc(0));
  const put = await putSecret(vault, records.accounts, place, payload);
  payload.fill(0);
  if (put.ok) await records.meta.setValue(metaName(directory), Buffer.from(String(version), 'latin1'));
  return put;
}

async function pending(vault: Vault, directory: StoredDirectory): Promise<Buffer | null> {
  return await vault.store.transaction(async (records) => {
    const version = (await records.meta.value(metaName(directory)))?.toString('latin1') ?? '';
    const place = version === '' ? null : await placeOf(records, directory, Number(version));
    const secret = place === null ? null : await takeSecret(vault, records.accounts, place);
    if (secret === null || !secret.ok) return null;
    const password = Buffer.from(decodeSecretPayload(secret.value.exposeSecret())?.secret ?? Buffer.alloc(0));
    secret.value.wipe();
    return password.length === 0 ? null : password;
  });
}

async function placeOf(
  records: Records,
  { bindAccount, name }: StoredDirectory,
  version: number,
): Promise<SecretPlace | null> {
  const account = await records.accounts.account(bindAccount);
  const safe = account === null ? null : await records.safes.safe(account.safeId);
  return safe === null
    ? null
    : { safe, owner: `${bindAccount}:next`, version, purpose: 'object-secret', context: [safe.id, name] };
}
