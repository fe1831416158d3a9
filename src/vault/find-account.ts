import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';

/** Finds an account by its id, "user@address" or "safe:user@address"; case is ignored unless it tells two apart. */
export async function findAccount(records: Records, text: string): Promise<Outcome<StoredAccount>> {
  const id = parseId('account', text);
  const known = id === null ? null : await records.accounts.account(id);
  if (known !== null) return done(known);
  const all = await records.accounts.accounts();
  const exact = all.filter((one) => namesOf(one).includes(text));
  const found =
    exact.length > 0
      ? exact
      : all.filter((one) => namesOf(one).some((name) => name.toLowerCase() === text.toLowerCase()));
  const [first] = found;
  if (first === undefined) return failed(failure('NOT_FOUND', `Account ${text}`));
  if (found.length === 1) return done(first);
  return failed(
    failure(
      'BAD_INPUT',
      `${text} is not the only one; choose ${found.map((one) => `${one.id} (safe ${one.safe}, port ${one.port ?? 'default'})`).join(' or ')}`,
    ),
  );
}

function namesOf(account: StoredAccount): readonly string[] {
  return [accountName(account), `${account.safe}:${accountName(account)}`];
}
