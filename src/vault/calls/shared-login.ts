import { failure } from '#/domain/failure.js';
import { loginBoxId, parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { mayConnect } from '../access.js';
import type { Records } from '../records/records.js';
import { aboutSession } from '../session-life.js';
import type { Share } from '../shared-logins.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';
import { checkGrant, grantOf } from './redeem.js';

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
      await vault.order({ kind: 'forget-box', sessionId: loginBoxId(session.id) });
      return done({ value: null });
    },
  };
}

/** The same checks as for the secret, which is not touched: the audit has no use of it, but whose login carries the session. */
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
  const used = vault.permits.ride(permit, session.id, connection.host);
  const share = used.ok && used.grant.share !== null ? vault.sharedLogins.get(used.grant.share) : null;
  if (used.ok && (share === null || share.host !== connection.host || !share.logins.has(on)))
    return done({ value: { grant: null } });
  const checked = await checkGrant(vault, records, session, used);
  const row = { ...aboutSession(session), gateway: 'PSMGW', action: 'sessionStage', stage: 4 } as const;
  if (!checked.ok) {
    await vault.journal.append(records.audit, {
      ...row,
      outcome: 'failure',
      code: checked.failure.code,
      detail: checked.failure.message,
    });
    if (used.ok) await records.sessions.changeSession(session.id, { failedStage: 4 });
    return checked;
  }
  await vault.journal.append(records.audit, {
    ...row,
    outcome: 'ok',
    detail: `rides on the login of session ${on}`,
  });
  await records.sessions.changeSession(session.id, { stage: 4 });
  const grant = await grantOf(vault, records, session, checked.value.account, false);
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
