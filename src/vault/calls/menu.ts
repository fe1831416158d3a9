import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { mayEnd } from '#/policy/oversight.js';
import { holds, overseer } from '../access.js';
import { accountRows } from '../account-rows.js';
import { findRecordings } from '../find-recordings.js';
import { subjectOf, withPerson } from '../persons.js';
import { sessionRow } from '../rows.js';
import type { Handlers, Vault } from '../vault.js';

/** What a person's screens list. */
export function menuCalls(
  vault: Vault,
): Handlers<'person.accounts' | 'person.favourite' | 'person.recordings' | 'person.sessions'> {
  return {
    'person.accounts': ({ ticket }, asking) =>
      withPerson<'person.accounts'>(vault, { ticket, asking }, async (person) =>
        done({ value: await accountRows(vault, person) }),
      ),
    'person.favourite': ({ ticket, accountId, on }, asking) =>
      withPerson<'person.favourite'>(vault, { ticket, asking }, async ({ records, user }) => {
        const id = parseId('account', accountId);
        const account = id === null ? null : await records.accounts.account(id);
        if (account === null || !(await holds(vault, records, user, account.safeId, 'listAccounts')))
          return failed(failure('NOT_FOUND', 'That account'));
        await records.accounts.setFavourite(user.id, account.id, on);
        return done({ value: null });
      }),
    'person.recordings': ({ ticket, ...page }, asking) =>
      withPerson<'person.recordings'>(vault, { ticket, asking }, async ({ records, user }) => {
        const found = await findRecordings(vault, records, user, page);
        return found.ok ? done({ value: found.value }) : found;
      }),
    'person.sessions': ({ ticket }, asking) =>
      withPerson<'person.sessions'>(vault, { ticket, asking }, async ({ records, user }) => {
        const maySee = overseer(vault, records, user);
        const rows = [];
        for (const one of await records.sessions.open()) {
          const mayEndIt = mayEnd(subjectOf(user), one.userId, vault.settings.liveGroups.terminate);
          const mayWatch = await maySee(one);
          if (!mayEndIt && !mayWatch) continue;
          const mine = one.userId === user.id;
          // an owner does not learn here that he is watched
          const watchers = mayWatch && !mine ? vault.watches.of(one.id) : [];
          rows.push(sessionRow(one, { mine, mayEnd: mayEndIt, mayWatch, watchers }));
        }
        return done({ value: rows });
      }),
  };
}
