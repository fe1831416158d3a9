import type { CallArgs } from '#/contract/calls.js';
import { failure, oneLine } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { findSearchable } from '../find-searchable.js';
import { withPerson } from '../persons.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import { createSearches } from '../searches.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names = 'person.search' | 'admin.search' | 'search.redeem' | 'search.page';
type Wanted = Pick<CallArgs<'admin.search'>, 'text' | 'filter'>;

/** Search permits, and, against one, the keys of the recordings that its person may see, a page at a time. */
export function searchCalls(vault: Vault): Handlers<Names> {
  const { store, journal, permits } = vault;
  const searches = createSearches(vault.now);
  const allow = async (
    records: Records,
    who: { readonly viewer: string; readonly userId: string | null },
    { text, filter = {} }: Wanted,
    about: Pick<Parameters<typeof journal.append>[1], 'actor' | 'gateway' | 'from'>,
  ): Promise<Outcome<{ readonly value: { readonly permit: string } }>> => {
    await journal.append(records.audit, {
      ...about,
      action: 'recordingsSearched',
      outcome: 'ok',
      detail: `for "${oneLine(text, 200)}"`,
    });
    return done({ value: { permit: permits.issue({ kind: 'search', ...who, text, filter }) } });
  };
  return {
    'person.search': ({ ticket, ...wanted }, asking) =>
      withPerson<'person.search'>(vault, { ticket, asking }, ({ records, user, about }) =>
        allow(records, { viewer: user.name, userId: user.id }, wanted, about),
      ),
    'admin.search': (wanted) =>
      store.transaction((records) =>
        allow(records, { viewer: CONSOLE.actor, userId: null }, wanted, CONSOLE),
      ),
    'search.redeem': ({ permit }, { connection }) => {
      const used = permits.redeem(permit, 'search', {});
      if (!used.ok) return Promise.resolve(failed(failure('DENIED', used.why)));
      const { text, userId, viewer } = used.grant;
      const search = searches.begin(connection, used.grant, vault.random(16).toString('hex'));
      return Promise.resolve(done({ value: { search, text, viewer: userId === null ? null : viewer } }));
    },
    'search.page': ({ search, after }, { connection }) =>
      store.transaction(async (records) => {
        const found = searches.find(connection, search);
        if (found === null) return failed(failure('DENIED', 'no such search was begun here'));
        const user = found.userId === null ? null : await personOf(vault, records, found.userId);
        if (user !== null && 'why' in user) return failed(failure('DENIED', user.why));
        return await findSearchable(vault, records, user, { filter: found.filter, after });
      }),
  };
}

/** Whoever searches is judged anew at each page. */
async function personOf(
  vault: Vault,
  records: Records,
  userId: string,
): Promise<User | { readonly why: string }> {
  const id = parseId('user', userId);
  const user = id === null ? null : await records.people.user(id);
  if (user === null) return { why: 'your user is gone' };
  const barred = vault.authentication.barred(user);
  return barred === null ? user : { why: `your user is ${barred}` };
}
