import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { accountRows } from '../account-rows.js';
import { findDestination } from '../find-destination.js';
import { withPerson } from '../persons.js';
import type { Handlers, Vault } from '../vault.js';

/** Where an ssh user name leads a person, among what he may list: of anything else he learns nothing. */
export function destinationCalls(vault: Vault): Handlers<'person.destination' | 'admin.user.accounts'> {
  return {
    'person.destination': ({ ticket, target }, asking) =>
      withPerson<'person.destination'>(vault, { ticket, asking }, async (person) =>
        done({ value: findDestination(await accountRows(vault, person), target) }),
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
