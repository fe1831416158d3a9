import { failure } from '#/domain/failure.js';
import { loginBoxId, parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { mayConnect } from '../access.js';
import type { Records } from '../records/records.js';
import { rideOn } from '../ride.js';
import type { Share } from '../shared-logins.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';

/** One login at the target for the channels of one connection. */
export function sharedLoginCalls(
  vault: Vault,
): Handlers<'session.ride' | 'session.loginGoesOn' | 'session.loginOver'> {
  return {
    'session.ride': (args, asking) =>
      vault.store.transaction((records) => ride(vault, records, args, asking)),
    'session.loginGoesOn': ({ share }, { connection }) =>
      vault.store.transaction(async (records) => {
        const held = vault.sharedLogins.get(share);
        if (held === null || held.host !== connection.host) return failed(failure('SESSION_GONE'));
        const why = await overBecause(vault, records, held);
        if (why === null) return done({ value: null });
        vault.sharedLogins.forget(share);
        return failed(failure('SESSION_GONE', why));
      }),
    async 'session.loginOver'({ sessionId }, { connection }) {
      const session = await vault.store.transaction(async (records) => {
        const id = parseId('session', sessionId);
        return id === null ? null : await records.sessions.session(id);
      });
      if (session === null || session.host !== connection.host) return failed(failure('SESSION_GONE'));
      vault.sharedLogins.loginOver(session.id);
      await vault.order({ kind: 'forget-box', sessionId: loginBoxId(session.id) });
      return done({ value: null });
    },
  };
}

async function ride(
  vault: Vault,
  records: Records,
  { permit, sessionId, on }: { readonly permit: string; readonly sessionId: string; readonly on: string },
  { connection }: Asking,
): Promise<Answer<'session.ride'>> {
  const id = parseId('session', sessionId);
  const session = id === null ? null : await records.sessions.session(id);
  if (session === null || connection.host === null)
    return failed(failure('PERMIT_REFUSED', 'no such session'));
  const grant = await rideOn(vault, records, { session, permit, on, host: connection.host });
  return grant.ok ? done({ value: { grant: grant.value } }) : grant;
}

/** Why a login that carries nothing is to end; null: it may go on. */
async function overBecause(vault: Vault, records: Records, share: Share): Promise<string | null> {
  if ((await records.tickets.ticket(share.ticket)) === null) return 'the connection is gone';
  const user = await records.people.user(share.userId);
  const account = await records.accounts.account(share.accountId);
  if (user === null || account === null || vault.authentication.barred(user) !== null)
    return 'the person or the account is gone';
  const said = await mayConnect(vault, records, user, account);
  return said.kind === 'deny' ? said.because : null;
}
