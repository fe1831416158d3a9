import type { AccountRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import { mayEnd } from '#/policy/oversight.js';
import { holds, overseer, portOf, verdict } from '../access.js';
import { hostKeyPlace } from '../host-key-place.js';
import { type Person, subjectOf, withPerson } from '../persons.js';
import { MOST_ROWS, recordingRow, sessionRow } from '../rows.js';
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
    'person.recordings': ({ ticket }, asking) =>
      withPerson<'person.recordings'>(vault, { ticket, asking }, async ({ records, user }) => {
        const maySee = overseer(vault, records, user);
        // others' come second: however many there are, they do not push one's own out of the list
        const rows = (await records.sessions.recordings(MOST_ROWS, user.id)).map(recordingRow);
        for (const one of await records.sessions.recordings(MOST_ROWS)) {
          if (rows.length >= MOST_ROWS) break;
          if (one.userId !== user.id && (await maySee(one))) rows.push(recordingRow(one));
        }
        return done({ value: rows.toSorted((a, b) => b.startedAt - a.startedAt) });
      }),
    'person.sessions': ({ ticket }, asking) =>
      withPerson<'person.sessions'>(vault, { ticket, asking }, async ({ records, user }) => {
        const maySee = overseer(vault, records, user);
        const rows = [];
        for (const one of await records.sessions.open()) {
          const mayEndIt = mayEnd(subjectOf(user), one.userId, vault.settings.liveGroups.terminate);
          if (mayEndIt || (await maySee(one)))
            rows.push(sessionRow(one, { mine: one.userId === user.id, mayEnd: mayEndIt }));
        }
        return done({ value: rows });
      }),
  };
}

/** Accounts that the person may list; those that he may not use say why. */
async function accountRows(vault: Vault, { records, user }: Person): Promise<readonly AccountRow[]> {
  const keys = new Map(
    (await records.accounts.hostKeys()).map(({ address, port, key }) => [hostKeyPlace(address, port), key]),
  );
  const uses = new Map((await records.accounts.uses(user.id)).map((use) => [use.accountId, use]));
  const sights = new Map<string, Sight>();
  const rows: AccountRow[] = [];
  for (const account of await records.accounts.accounts()) {
    const sight = sights.get(account.safeId) ?? sightOf(await records.safes.memberships(account.safeId));
    sights.set(account.safeId, sight);
    if (!sight.mayList) continue;
    const said = verdict(vault, user, account, sight.memberships);
    const { id, safe, platform, secretKind, address } = account;
    const port = portOf(account);
    const use = uses.get(id);
    rows.push({
      id,
      safe,
      user: account.user,
      address,
      port,
      platform,
      secretKind,
      usable: said.kind === 'permit',
      why: said.kind === 'permit' ? null : said.because,
      favourite: use?.favourite ?? false,
      lastUsedAt: use?.lastUsedAt ?? null,
      hostKeyFingerprint: printOf(keys.get(hostKeyPlace(address, port))),
      mayPinHostKey: sight.mayPin,
    });
  }
  return rows;

  function sightOf(memberships: readonly Membership[]): Sight {
    const held = effectivePermissions(subjectOf(user), memberships, vault.now());
    return { memberships, mayList: held.has('listAccounts'), mayPin: held.has('updateAccountProperties') };
  }
}

interface Sight {
  readonly memberships: readonly Membership[];
  readonly mayList: boolean;
  readonly mayPin: boolean;
}

function printOf(key: HostKey | undefined): string | null {
  return key === undefined ? null : fingerprint(key);
}
