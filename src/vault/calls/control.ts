import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { liveJudge } from '../access.js';
import { withOwnSession } from '../own-session.js';
import { withPerson } from '../persons.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession } from '../session-life.js';
import type { Handlers, Vault } from '../vault.js';
import { sessionOf } from './landing.js';
import { viewerOf } from './watch.js';

type Names = 'person.control' | 'session.redeemControl' | 'session.controlGoesOn' | 'session.controlEnded';

/** Taking over the keyboard of a session that one watches: granted apart, asked about again and again, handed back. */
export function controlCalls(vault: Vault): Handlers<Names | 'session.facts'> {
  const { journal, permits, watches } = vault;
  return {
    'person.control': ({ ticket, sessionId }, asking) =>
      withPerson<'person.control'>(vault, { ticket, asking }, async ({ records, user, about }) => {
        const session = await sessionOf(records, sessionId);
        const judge = liveJudge(vault, records, user);
        if (session === null || !(await judge('monitor', session)).ok)
          return failed(failure('NOT_FOUND', 'That session'));
        if (session.userId === user.id) return failed(denied('it is your own session', 'own'));
        const may = await judge('control', session);
        if (!may.ok) {
          await journal.append(records.audit, {
            ...aboutSession(session),
            ...about,
            action: 'rightMissing',
            outcome: 'failure',
            code: 'DENIED',
            detail: `control ${session.user}'s session: ${may.because}`,
          });
          return failed(denied(may.because, 'group'));
        }
        if (session.state === 'ended' || session.host === null) return failed(failure('SESSION_GONE'));
        if (session.state === 'connecting') return failed(failure('SESSION_CONNECTING'));
        const { host } = session;
        return done({
          value: {
            permit: permits.issue({ kind: 'control', userId: user.id, sessionId: session.id, host }),
          },
        });
      }),
    'session.redeemControl': ({ permit, sessionId, watch: name }, asking) =>
      withOwnSession<'session.redeemControl'>(vault, { sessionId, asking }, async (session, records) => {
        const used = permits.redeem(permit, 'control', {
          sessionId: session.id,
          ...(asking.connection.host === null ? {} : { host: asking.connection.host }),
        });
        if (!used.ok) return failed(failure('PERMIT_REFUSED', used.why));
        const watch = watches.find(name, session.id);
        if (watch === null || watch.userId !== used.grant.userId)
          return failed(failure('PERMIT_REFUSED', 'the permit is for another viewer'));
        const viewer = await viewerOf(vault, records, session, watch.userId, 'control');
        if ('why' in viewer) return failed(failure('CONTROL_ENDED', viewer.why));
        await journal.append(records.audit, {
          ...aboutControl(session, viewer.name),
          action: 'sessionControlled',
          outcome: 'ok',
        });
        watches.control(name, true);
        return done({ value: { controller: viewer.name } });
      }),
    'session.controlGoesOn': ({ sessionId, watch: name }, asking) =>
      withOwnSession<'session.controlGoesOn'>(vault, { sessionId, asking }, async (session, records) => {
        const watch = watches.find(name, session.id);
        if (watch === null) return failed(failure('CONTROL_ENDED', 'the vault does not know of it any more'));
        const viewer = await viewerOf(vault, records, session, watch.userId, 'control');
        return 'why' in viewer ? failed(failure('CONTROL_ENDED', viewer.why)) : done({ value: null });
      }),
    'session.controlEnded': ({ sessionId, watch: name }, { connection }) =>
      vault.store.transaction(async (records) => {
        const session = await sessionOf(records, sessionId);
        if (session === null || session.host !== connection.host) return failed(failure('SESSION_GONE'));
        const watch = watches.find(name, session.id);
        if (watch !== null && watches.control(name, false)) {
          await journal.append(records.audit, {
            ...aboutControl(session, watch.viewer),
            action: 'sessionReleased',
            outcome: 'ok',
          });
        }
        return done({ value: null });
      }),
    'session.facts': ({ sessions }, { connection }) =>
      vault.store.transaction(async (records) => {
        const mine = new Map<string, StoredSession>();
        for (const one of await records.sessions.open())
          if (one.host === connection.host) mine.set(one.id, one);
        for (const facts of sessions) {
          const session = mine.get(facts.id);
          if (session === undefined) continue;
          const before = vault.facts.of(session.id)?.company ?? null;
          if (before !== facts.company) await noteCompany(vault, records, session, facts.company);
          vault.facts.put(facts);
        }
        return done({ value: null });
      }),
  };
}

function aboutControl(session: StoredSession, actor: string) {
  return {
    ...aboutSession(session),
    actor,
    from: null,
    gateway: 'PSMAdminConnect',
    detail: `session of ${session.user}`,
  };
}

/** The rule of four eyes, as a session host keeps it. */
async function noteCompany(
  vault: Vault,
  records: Records,
  session: StoredSession,
  company: 'waiting' | 'alone' | null,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    gateway: 'PSMGW',
    action: 'fourEyes',
    outcome: 'ok',
    detail:
      company === null
        ? 'somebody watches'
        : company === 'waiting'
          ? 'waits for somebody to watch'
          : 'frozen: nobody watches any more',
  });
}
