import { createPrivateKey, sign } from 'node:crypto';
import { landingProofText } from '#/contract/session-link.js';
import { type FailureCode, failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Secret } from '#/domain/secret.js';
import { psmServer } from '../objects.js';
import { onTheWay } from '../on-the-way.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { rideOn } from '../ride.js';
import { placeOfObject, takeSecret } from '../secrets.js';
import { aboutSession, reconcile } from '../session-life.js';
import type { Answer, Handlers, Vault } from '../vault.js';

/** Stages 1 to 3: a session comes from the portal to a session host. */
export function landingCalls(
  vault: Vault,
): Handlers<'portal.psmServer' | 'session.hello' | 'session.landed' | 'session.redeemAttach'> {
  const { store, journal, permits } = vault;
  return {
    'portal.psmServer': ({ sessionId, nonce, permit }, { connection }) =>
      onTheWay(store, async (records): Promise<Answer<'portal.psmServer'>> => {
        const session = await sessionOf(records, sessionId);
        if (
          session === null ||
          session.state === 'ended' ||
          !vault.tickets.isHere(session.userId, connection)
        )
          return failed(failure('PSM_SERVER_LOGON', 'no such session of this portal'));
        const stored = await psmServer(records);
        const key =
          stored === null
            ? failed(failure('INTEGRITY', 'object PSMServer is missing'))
            : await takeSecret(vault, records.accounts, placeOfObject(stored.safe, stored.object));
        const proof = key.ok ? signWith(key.value, landingProofText(nonce, session.id, permit)) : key;
        const row = {
          ...aboutSession(session),
          actor: 'PVWAApp',
          gateway: null,
          safe: 'PSM',
          account: 'PSMServer',
          stage: 2,
        };
        if (!proof.ok) {
          await journal.append(records.audit, {
            ...row,
            action: 'retrieve',
            outcome: 'failure',
            code: proof.failure.code,
            detail: proof.failure.message,
          });
          return failed(failure('PSM_SERVER_LOGON', proof.failure.message));
        }
        if (session.stage < 1)
          await journal.append(records.audit, {
            ...aboutSession(session),
            gateway: 'PVWAGW',
            action: 'sessionStage',
            outcome: 'ok',
            stage: 1,
          });
        await journal.append(records.audit, {
          ...row,
          action: 'retrieve',
          outcome: 'ok',
          detail: `for ${session.user}`,
        });
        await records.sessions.changeSession(session.id, { stage: Math.max(session.stage, 2) });
        return done({ value: { proof: proof.value } });
      }),
    async 'session.hello'({ host, running }, { connection }) {
      if (host < 0 || host >= vault.settings.sessionHosts)
        return failed(failure('BAD_INPUT', `there is no session host ${host}`));
      vault.hosts.join(host, connection);
      await reconcile(vault, host, running);
      const stored = await store.transaction((records) => psmServer(records));
      if (stored?.object.publicKey === undefined || stored.object.publicKey === null)
        return failed(failure('INTEGRITY', 'object PSMServer is missing'));
      return done({ value: { psmServer: stored.object.publicKey.toString('base64') } });
    },
    'session.landed': ({ permit, sessionId, rides = false }, { connection }) => {
      // one that rides gets no secret, and comes to its target after its tape's first head is on the disk
      const landed = async (records: Records): Promise<Answer<'session.landed'>> => {
        const session = await sessionOf(records, sessionId);
        if (session === null || connection.host === null)
          return failed(failure('LANDING_REFUSED', 'no such session'));
        const row = {
          ...aboutSession(session),
          actor: 'PSMConnect',
          gateway: 'PSMGW',
          stage: 3,
          action: 'sessionStage',
        } as const;
        const permitted =
          session.state === 'connecting'
            ? permits.land(permit, session.id, connection.host)
            : { ok: false as const, why: 'the session is not connecting' };
        if (!permitted.ok) {
          await journal.append(records.audit, {
            ...row,
            outcome: 'failure',
            code: 'LANDING_REFUSED',
            detail: permitted.why,
          });
          return failed(failure('LANDING_REFUSED', permitted.why));
        }
        await records.sessions.changeSession(session.id, { host: connection.host, stage: 3 });
        await journal.append(records.audit, {
          ...row,
          outcome: 'ok',
          detail: `session host ${connection.host}, for ${session.user}`,
        });
        const { share } = permitted.grant;
        const on = rides && share !== null ? vault.sharedLogins.newest(share, connection.host) : null;
        if (on === null) return done({ value: { share, ride: null } });
        const { host } = connection;
        const taken = { ...session, host, stage: 3 };
        const grant = await rideOn(vault, records, { session: taken, permit, on, host });
        if (!grant.ok) return done({ value: { share, ride: { on, grant } } });
        return done({
          value: { share, ride: grant.value === null ? null : { on, grant: done(grant.value) } },
        });
      };
      return rides ? onTheWay(store, landed) : store.transaction(landed);
    },
    'session.redeemAttach': ({ permit, sessionId }, { connection }) =>
      store.transaction(async (records) => {
        const session = await sessionOf(records, sessionId);
        const refuse = (code: FailureCode, why: string) => failed(failure(code, why, { stage: 3 }));
        if (session === null || session.state === 'ended' || session.host !== connection.host)
          return refuse('SESSION_GONE', '');
        const used = permits.redeem(permit, 'attach', {
          sessionId: session.id,
          ...(connection.host === null ? {} : { host: connection.host }),
        });
        if (!used.ok) return refuse('LANDING_REFUSED', used.why);
        if (used.grant.userId !== session.userId)
          return refuse('LANDING_REFUSED', 'the permit is for another person');
        await journal.append(records.audit, {
          ...aboutSession(session),
          gateway: 'PSMGW',
          action: 'sessionStage',
          outcome: 'ok',
          detail: 'attached again',
        });
        return done({ value: { user: session.user } });
      }),
  };
}

/** Ed25519, base64. Wipes the key. */
function signWith(secret: Secret, text: string): Outcome<string> {
  try {
    const key = createPrivateKey({ key: secret.exposeSecret(), format: 'der', type: 'pkcs8' });
    return done(sign(null, Buffer.from(text), key).toString('base64'));
  } catch {
    return failed(failure('INTEGRITY', 'the key of PSMServer cannot be read'));
  } finally {
    secret.wipe();
  }
}

export async function sessionOf(records: Records, sessionId: string): Promise<StoredSession | null> {
  const id = parseId('session', sessionId);
  return id === null ? null : await records.sessions.session(id);
}
