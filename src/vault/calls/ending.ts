import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { mayEnd } from '#/policy/oversight.js';
import { overseer } from '../access.js';
import { subjectOf, withPerson } from '../persons.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { sessionRow } from '../rows.js';
import { aboutSession, endSession, tellHost } from '../session-life.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';
import { sessionOf } from './landing.js';

interface Termination {
  readonly session: StoredSession;
  readonly by: string;
  readonly reason: string;
  readonly kind: 'terminated' | 'owner-ended';
}

/** Ending running sessions: one's own, as a terminator, or from the console. */
export function endingCalls(
  vault: Vault,
): Handlers<'person.endSession' | 'admin.sessions.terminate' | 'admin.sessions.list'> {
  return {
    async 'person.endSession'({ ticket, sessionId, reason }, asking) {
      let found: Termination | null = null;
      const allowed = await withPerson<'person.endSession'>(
        vault,
        { ticket, asking },
        async ({ records, user, about }) => {
          const session = await sessionOf(records, sessionId);
          const may = session !== null && mayEnd(subjectOf(user), session.userId);
          const sees = session !== null && (may || (await overseer(vault, records, user)(session)));
          if (session === null || !sees) return failed(failure('NOT_FOUND', 'That session'));
          if (!may)
            return failed(failure('DENIED', 'ending it takes membership in PSMLiveSessionTerminators'));
          if (session.state === 'ended') return failed(failure('SESSION_GONE'));
          found = {
            session,
            by: user.name,
            reason,
            kind: session.userId === user.id ? 'owner-ended' : 'terminated',
          };
          await note(vault, records, found, about);
          return done({ value: null });
        },
      );
      return allowed.ok && found !== null ? await carryOut(vault, found) : allowed;
    },
    async 'admin.sessions.terminate'({ sessionId, reason }) {
      const found = await vault.store.transaction(async (records): Promise<Outcome<Termination>> => {
        const session = await sessionOf(records, sessionId);
        if (session === null) return failed(failure('NOT_FOUND', `Session ${sessionId}`));
        if (session.state === 'ended') return failed(failure('SESSION_GONE'));
        const termination: Termination = { session, by: CONSOLE.actor, reason, kind: 'terminated' };
        await note(vault, records, termination, CONSOLE);
        return done(termination);
      });
      return found.ok ? await carryOut(vault, found.value) : found;
    },
    'admin.sessions.list': () =>
      vault.store.transaction(async (records) =>
        done({
          value: (await records.sessions.open()).map((one) => sessionRow(one, { mine: false, mayEnd: true })),
        }),
      ),
  };
}

async function note(
  vault: Vault,
  records: Records,
  { session, reason, kind }: Termination,
  about: { readonly actor: string; readonly gateway: string | null; readonly from: string },
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    ...about,
    action: 'sessionTerminated',
    outcome: 'ok',
    code: kind,
    detail: `${session.user}'s session: ${reason}`,
  });
}

/** The host ends it and says so in the books; a session that has no host any more is ended here. */
async function carryOut(
  vault: Vault,
  { session, by, reason, kind }: Termination,
): Promise<Outcome<{ readonly value: null }>> {
  const obeyed =
    session.host !== null &&
    (await tellHost(vault, session.host, { sessionId: session.id, by, reason, kind }));
  if (!obeyed && session.host !== null && vault.hosts.get(session.host) !== null)
    return failed(failure('SESSION_HOST_UNAVAILABLE', `session host ${session.host} did not end it`));
  if (!obeyed) await endSession(vault, session.id, kind === 'terminated' ? { kind, by, reason } : { kind });
  return done({ value: null });
}
