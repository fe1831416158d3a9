import { accountName, type SecretKind } from '#/domain/account.js';
import { failure, oneLine } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { portOf } from './access.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';
import { placeOfAccount, takeSecret } from './secrets.js';
import type { Doer, Vault } from './vault.js';

export interface Retrieval {
  readonly reason: string;
  /** What is done with it, for the audit. */
  readonly purpose: 'shown' | 'copied' | 'printed';
}

/**
 * The secret itself, for somebody who may have it. This and the redemption of a permit are the only ways out. The audit row
 * is of the same transaction: without it nothing is released.
 */
export async function retrieveSecret(
  vault: Vault,
  records: Records,
  doer: Doer,
  account: StoredAccount,
  { reason, purpose }: Retrieval,
): Promise<Outcome<{ readonly value: { readonly secretKind: SecretKind }; readonly blob: Buffer }>> {
  const why = oneLine(reason.trim());
  if (why === '') return failed(failure('BAD_INPUT', 'a reason is needed: it is kept in the audit'));
  const safe = await records.safes.safe(account.safeId);
  if (safe === null) return failed(failure('NOT_FOUND', `Safe ${account.safe}`));
  const row = {
    ...doer,
    action: 'retrieve',
    safe: safe.name,
    account: accountName(account),
    target: `${account.address}:${portOf(account)}`,
  } as const;
  const secret = await takeSecret(vault, records.accounts, placeOfAccount(safe, account));
  if (!secret.ok) {
    await vault.journal.append(records.audit, { ...row, outcome: 'failure', code: secret.failure.code });
    return secret;
  }
  const detail = `${account.secretKind}, version ${account.secretVersion}, ${purpose}; reason: ${why}`;
  await vault.journal.append(records.audit, { ...row, outcome: 'ok', detail });
  const blob = Buffer.from(secret.value.exposeSecret());
  secret.value.wipe();
  return done({ value: { secretKind: account.secretKind }, blob });
}
