import { type Failure, failure } from '#/domain/failure.js';
import { holds, portOf } from './access.js';
import { hostKeyPlace } from './host-key-place.js';
import type { Person } from './persons.js';
import type { StoredAccount } from './records/accounts.js';
import type { Vault } from './vault.js';

/**
 * A pinned key counts for every account at its address and port. To replace or forget it takes the right to in all of
 * their safes, or whoever has a safe of his own could loosen the pins of everybody. Null: he has it.
 */
export async function sharedKeyProblem(
  vault: Vault,
  { records, user }: Person,
  account: StoredAccount,
): Promise<Failure | null> {
  const placeOf = (one: StoredAccount): string => hostKeyPlace(one.address, portOf(one));
  const there = (await records.accounts.accounts()).filter((one) => placeOf(one) === placeOf(account));
  for (const safeId of new Set(there.map((one) => one.safeId)))
    if (!(await holds(vault, records, user, safeId, 'updateAccountProperties')))
      return {
        ...failure(
          'DENIED',
          `the host key counts for accounts at ${account.address}:${portOf(account)} in safes in which you do not hold updateAccountProperties`,
        ),
        next: 'Ask somebody who holds it in all of them; or, on the bastion: postern account update ACCOUNT --host-key "TYPE BASE64"',
      };
  return null;
}
