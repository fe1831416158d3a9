import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { checkName } from '#/domain/names.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { addSafe } from './new-safe.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import type { Doer, Vault } from './vault.js';

/** Makes a safe, for whoever may. */
export async function newSafe(
  vault: Vault,
  records: Records,
  doer: Doer,
  text: string,
): Promise<Outcome<Safe>> {
  const name = await freeName(records, text, null);
  if (!name.ok) return name;
  const safe = await addSafe(vault, records, { name: name.value, builtIn: false, recipient: null });
  if (safe.ok) await note(vault, records, doer, name.value, 'added');
  return safe;
}

/** What is written of the safe keeps the old name; the row of the change has both. */
export async function renameSafe(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
  text: string,
): Promise<Outcome<null>> {
  if (safe.builtIn) return failed(denied(`safe ${safe.name} is the vault's own`, 'builtIn'));
  const name = await freeName(records, text, safe);
  if (!name.ok) return name;
  await records.safes.renameSafe(safe.id, name.value);
  await note(vault, records, doer, name.value, `renamed from ${safe.name}`);
  return done(null);
}

/** Only an empty safe can go: an account is deleted by somebody who may delete accounts. */
export async function deleteSafe(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
): Promise<Outcome<null>> {
  if (safe.builtIn) return failed(denied(`safe ${safe.name} is the vault's own`, 'builtIn'));
  const left = (await records.accounts.accounts(safe.id)).length;
  if (left > 0)
    return failed(failure('DENIED', `safe ${safe.name} has ${left} account(s): delete or move them first`));
  await records.safes.deleteSafe(safe.id);
  await note(vault, records, doer, safe.name, 'deleted');
  return done(null);
}

async function freeName(records: Records, text: string, self: Safe | null): Promise<Outcome<string>> {
  const check = checkName('safe', text);
  if (!check.ok) return failed(failure('BAD_INPUT', `the name ${check.why}`));
  const holder = await records.safes.safeByName(check.name);
  return holder === null || holder.id === self?.id
    ? done(check.name)
    : failed(failure('ALREADY_EXISTS', `Safe ${check.name}`));
}

async function note(vault: Vault, records: Records, doer: Doer, safe: string, detail: string): Promise<void> {
  await vault.journal.append(records.audit, { ...doer, action: 'safeChanged', outcome: 'ok', safe, detail });
}
