import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import type { LiveAct } from '#/policy/oversight.js';
import { holds, liveJudge } from '../access.js';
import { accountRows } from '../account-rows.js';
import { findRecordings } from '../find-recordings.js';
import { watchersOf } from '../follow-session.js';
import { withPerson } from '../persons.js';
import type { StoredSession } from '../records/sessions.js';
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
        const judge = liveJudge(vault, records, user);
        const may = async (act: LiveAct, one: StoredSession) => (await judge(act, one)).ok;
        const rows = [];
        for (const one of await records.sessions.open()) {
          const mayEndIt = await may('terminate', one);
          const mayWatch = await may('monitor', one);
          if (!mayEndIt && !mayWatch) continue;
          const mine = one.userId === user.id;
          const others = mayWatch && !mine;
          rows.push(
            sessionRow(one, vault.facts.of(one.id), {
              mine,
              mayEnd: mayEndIt,
              mayWatch,
              mayControl: others && (await may('control', one)),
              maySuspend: others && (await may('suspend', one)),
              // an owner does not learn here that he is watched
              watchers: others ? watchersOf(vault, one.id) : [],
            }),
          );
        }
        return done({ value: rows });
      }),
  };
}
