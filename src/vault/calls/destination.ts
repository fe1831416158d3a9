import { done } from '#/domain/outcome.js';
import { accountRows } from '../account-rows.js';
import { findDestination } from '../find-destination.js';
import { withPerson } from '../persons.js';
import type { Handlers, Vault } from '../vault.js';

/** Where an ssh user name leads a person, among what he may list: of anything else he learns nothing. */
export function destinationCalls(vault: Vault): Handlers<'person.destination'> {
  return {
    'person.destination': ({ ticket, target }, asking) =>
      withPerson<'person.destination'>(vault, { ticket, asking }, async (person) =>
        done({ value: findDestination(await accountRows(vault, person), target) }),
      ),
  };
}
