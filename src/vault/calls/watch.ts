import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { liveJudge, overseer } from '../access.js';
import { withOwnSession } from '../own-session.js';
import { withPerson } from '../persons.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession } from '../session-life.js';
import type { Handlers, Vault } from '../vault.js';
import type { Watch } from '../watches.js';
import { sessionOf } from './landing.js';

type Names = 'person.watch' | 'session.redeemWatch' | 'session.watchGoesOn' | 'session.watchEnded';

/** Sessions that one person may watch at once. */
const MOST_OF_PERSON = 10;

/** Watching a session while it runs: asked for, begun, asked about again and again, ended. */
export function watchCalls(vault: Vault): Handlers<Names> {
  const { journal, permits, watches } = vault;
  return {
    'person.watch': ({ ticket, sessionId }, asking) =>
      withPerson<'person.watch'>(vault, { ticket, asking }, async ({ records, user }) => {
        const session = await sessionOf(records, sessionId);
        if (session === null || !(await overseer(vault, records, user)(session)))
          return failed(failure('NOT_FOUND', 'That session'));
        if (session.state === 'ended') return failed(failure('SESSION_GONE'));
        // one that waits for a second person is there to be joined
        const waits = vault.facts.of(session.id)?.company === 'waiting';
        if (session.host === null || (session.state === 'connecting' && !waits))
          return failed(failure('SESSION_CONNECTING'));
        const grant = { kind: 'watch', userId: user.id, sessionId: session.id, host: session.host } as const;
        return done({ value: { permit: permits.issue(grant), host: session.host } });
      }),
    'session.redeemWatch': ({ permit, sessionId }, asking) =>
      withOwnSession<'session.redeemWatch'>(vault, { sessionId, asking }, async (session, records) => {
        const used = permits.redeem(permit, 'watch', {
          sessionId: session.id,
          ...(asking.connection.host === null ? {} : { host: asking.connection.host }),
        });
        if (!used.ok) return failed(failure('PERMIT_REFUSED', used.why));
        const { userId } = used.grant;
        const viewer = await viewerOf(vault, records, session, userId);
        if ('why' in viewer) return failed(failure('WATCHING_ENDED', viewer.why));
        if (watches.countOf(userId) >= MOST_OF_PERSON)
          return failed(failure('VIEWERS_LIMIT', `you watch ${MOST_OF_PERSON} sessions.`));
        await journal.append(records.audit, {
          ...aboutViewer(session, viewer.name),
          action: 'sessionWatched',
          outcome: 'ok',
        });
        const watch = watches.begin({ userId, viewer: viewer.name, sessionId: session.id });
        return done({ value: { watch, viewer: viewer.name } });
      }),
    'session.watchGoesOn': ({ sessionId, watch: name }, asking) =>
      withOwnSession<'session.watchGoesOn'>(vault, { sessionId, asking }, async (session, records) => {
        const watch = watches.find(name, session.id);
        if (watch === null)
          return failed(failure('WATCHING_ENDED', 'the vault does not know of it any more'));
        const viewer = await viewerOf(vault, records, session, watch.userId);
        return 'why' in viewer ? failed(failure('WATCHING_ENDED', viewer.why)) : done({ value: null });
      }),
    'session.watchEnded': ({ sessionId, watch: name }, { connection }) =>
      vault.store.transaction(async (records) => {
        const session = await sessionOf(records, sessionId);
        if (session === null || session.host !== connection.host) return failed(failure('SESSION_GONE'));
        const watch = watches.end(name, session.id);
        if (watch !== null) {
          await journal.append(records.audit, {
            ...aboutViewer(session, watch.viewer),
            action: 'sessionUnwatched',
            outcome: 'ok',
            detail: watchedText(session, watch, vault.now()),
          });
        }
        return done({ value: null });
      }),
  };
}

function aboutViewer(session: StoredSession, viewer: string) {
  return {
    ...aboutSession(session),
    actor: viewer,
    from: null,
    gateway: 'PSMAdminConnect',
    detail: `session of ${session.user}`,
  };
}

function watchedText(session: StoredSession, { since }: Watch, now: number): string {
  return `session of ${session.user}, watched for ${Math.round((now - since) / 1000)} s`;
}

/** Whoever watches is judged anew each time: as a user, and by his rights to this very session. */
export async function viewerOf(
  vault: Vault,
  records: Records,
  session: StoredSession,
  userId: string,
  act: 'monitor' | 'control' = 'monitor',
): Promise<{ readonly name: string } | { readonly why: string }> {
  const id = parseId('user', userId);
  const user = id === null ? null : await records.people.user(id);
  if (user === null) return { why: 'your user is gone' };
  const barred = vault.authentication.barred(user);
  if (barred !== null) return { why: `your user is ${barred}` };
  const may = await liveJudge(vault, records, user)(act, session);
  if (!may.ok) return { why: 'the right to it was taken away' };
  return { name: user.name };
}
