import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import { checkGrant, grantOf, lendingOf } from '../check-grant.js';
import { noteRefusedGrant } from '../note-refused-grant.js';
import type { PermitUse } from '../permits.js';
import type { StoredAccount } from '../records/accounts.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { placeOfAccount, takeSecret } from '../secrets.js';
import { aboutSession } from '../session-life.js';
import type { Answer, Handlers, Vault } from '../vault.js';
import { sessionOf } from './landing.js';

/** Stage 4: a permit becomes a secret, once. */
export function redeemCalls(vault: Vault): Handlers<'session.redeem'> {
  return {
    'session.redeem': ({ permit, sessionId, alone = false }, { connection }) =>
      vault.store.transaction(async (records) => {
        const session = await sessionOf(records, sessionId);
        if (session === null || connection.host === null)
          return failed(failure('PERMIT_REFUSED', 'no such session'));
        const used = vault.permits.redeem(permit, 'connect', {
          sessionId: session.id,
          host: connection.host,
        });
        const released = await release(vault, records, session, used);
        if (!released.ok) {
          const refused = { action: 'use', failure: released.failure, used: used.ok } as const;
          await noteRefusedGrant(vault, records, session, refused);
          return released;
        }
        await vault.journal.append(records.audit, {
          ...aboutSession(session),
          gateway: 'PSMGW',
          action: 'use',
          stage: 4,
          outcome: 'ok',
          detail: useText(released.value.account, used.ok && used.rode),
        });
        await records.sessions.changeSession(session.id, { stage: Math.max(session.stage, 4) });
        const share =
          !alone && used.ok && used.grant.share !== null ? vault.sharedLogins.get(used.grant.share) : null;
        if (share?.host === connection.host) share.logins.add(session.id);
        return await answer(vault, records, session, {
          ...released.value,
          rode: used.ok && used.rode,
          lending: lendingOf(used),
        });
      }),
  };
}

function useText({ secretKind, secretVersion }: StoredAccount, rode: boolean): string {
  const which = `${secretKind}, version ${secretVersion}`;
  return rode ? `${which}; the login of another session does not carry this one` : which;
}

interface Released {
  readonly account: StoredAccount;
  readonly secret: Secret;
}

async function release(
  vault: Vault,
  records: Records,
  session: StoredSession,
  used: PermitUse<'connect'>,
): Promise<Outcome<Released>> {
  const checked = await checkGrant(vault, records, session, used);
  if (!checked.ok) return checked;
  const { account, safe } = checked.value;
  const secret = await takeSecret(vault, records.accounts, placeOfAccount(safe, account));
  return secret.ok ? done({ account, secret: secret.value }) : failed({ ...secret.failure, stage: 4 });
}

async function answer(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { secret, ...granting }: Released & Parameters<typeof grantOf>[3],
): Promise<Answer<'session.redeem'>> {
  const grant = await grantOf(vault, records, session, granting);
  return grant.ok ? done({ value: grant.value, blob: secret.exposeSecret() }) : grant;
}
