import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { mayEnd } from '#/policy/oversight.js';
import { overseer } from '../access.js';
import { watchersOf } from '../follow-session.js';
import { subjectOf, withPerson } from '../persons.js';
import { sessionRow } from '../rows.js';
import { noteTermination, type Termination, terminate } from '../terminate.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';
import { sessionOf } from './landing.js';

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
          const may =
            session !== null && mayEnd(subjectOf(user), session.userId, vault.settings.liveGroups.terminate);
          const sees = session !== null && (may || (await overseer(vault, records, user)(session)));
          if (session === null || !sees) return failed(failure('NOT_FOUND', 'That session'));
          if (!may) return failed(denied(`ending it takes membership in ${terminators(vault)}`, 'group'));
          if (session.state === 'ended') return failed(failure('SESSION_GONE'));
          found = {
            session,
            by: user.name,
            reason,
            kind: session.userId === user.id ? 'owner-ended' : 'terminated',
          };
          await noteTermination(vault, records, found, about);
          return done({ value: null });
        },
      );
      return allowed.ok && found !== null ? await terminate(vault, found) : allowed;
    },
    async 'admin.sessions.terminate'({ sessionId, reason }) {
      const found = await vault.store.transaction(async (records): Promise<Outcome<Termination>> => {
        const session = await sessionOf(records, sessionId);
        if (session === null) return failed(failure('NOT_FOUND', `Session ${sessionId}`));
        if (session.state === 'ended') return failed(failure('SESSION_GONE'));
        const termination: Termination = { session, by: CONSOLE.actor, reason, kind: 'terminated' };
        await noteTermination(vault, records, termination, CONSOLE);
        return done(termination);
      });
      return found.ok ? await terminate(vault, found.value) : found;
    },
    'admin.sessions.list': () =>
      vault.store.transaction(async (records) =>
        done({
          value: (await records.sessions.open()).map((one) =>
            // root may see all there is, and has no screen to watch on
            sessionRow(one, vault.facts.of(one.id), {
              mine: false,
              mayEnd: true,
              mayWatch: true,
              mayControl: false,
              maySuspend: true,
              watchers: watchersOf(vault, one.id),
            }),
          ),
        }),
      ),
  };
}

function terminators({ settings }: Vault): string {
  return settings.liveGroups.terminate.join(' or ') || 'a group, and none is configured';
}
