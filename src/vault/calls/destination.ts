import type { FoundDestination } from '#/contract/direct-calls.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { accountRows } from '../account-rows.js';
import { bareAddress, type DirectTarget, findDestination, mayFit } from '../find-destination.js';
import { type Person, withPerson } from '../persons.js';
import type { StoredAccount } from '../records/accounts.js';
import type { Handlers, Vault } from '../vault.js';

/** Where an ssh user name leads a person, among what he may list: of anything else he learns nothing. */
export function destinationCalls(vault: Vault): Handlers<'person.destination' | 'admin.user.accounts'> {
  return {
    'person.destination': ({ ticket, target }, asking) =>
      withPerson<'person.destination'>(vault, { ticket, asking }, async (person) =>
        done({ value: await lookUp(vault, person, target) }),
      ),
    'admin.user.accounts': ({ name }) =>
      vault.store.transaction(async (records) => {
        const user = await records.people.userByName(name);
        if (user === null) return failed(failure('NOT_FOUND', `User ${name}`));
        const accounts = (await accountRows(vault, { records, user })).filter((row) => row.usable);
        return done({ value: { user: user.name, accounts } });
      }),
  };
}

/** Those that may be meant, and perhaps some more. */
async function candidates({ records }: Person, target: DirectTarget): Promise<readonly StoredAccount[]> {
  const written = target.kind === 'account' ? bareAddress(target.address) : '';
  // the database knows the small letters of ASCII only
  const all = /^[\x21-\x7e]+$/.test(written)
    ? await records.accounts.accountsByAddress(written, `[${written}]`)
    : await records.accounts.accounts();
  return all.filter(mayFit(target));
}

/** Judging each of thousands of accounts takes its time: only those that may be meant, and all of them when there is none. */
async function lookUp(vault: Vault, person: Person, target: DirectTarget): Promise<FoundDestination> {
  const may = await candidates(person, target);
  const found = findDestination(await accountRows(vault, person, may), target);
  return found.kind === 'none' ? findDestination(await accountRows(vault, person), target) : found;
}
