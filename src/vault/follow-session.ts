import type { Follower } from './followers.js';
import type { Records } from './records/records.js';
import type { RecordedSession, StoredSession } from './records/sessions.js';
import { aboutSession, tellHost } from './session-life.js';
import type { Connection, Vault } from './vault.js';

/** Who has the recording of a running session open watches it: it is audited as that, and its host is told. */
export async function followSession(
  vault: Vault,
  records: Records,
  session: RecordedSession,
  {
    connection,
    permit,
    viewer,
  }: { readonly connection: Connection; readonly permit: string; readonly viewer: string },
): Promise<void> {
  if (session.state === 'ended') return;
  if (!vault.followers.begin(connection, permit, { sessionId: session.id, viewer })) return;
  await vault.journal.append(records.audit, {
    ...aboutFollower(session, viewer),
    action: 'sessionWatched',
    outcome: 'ok',
    detail: `session of ${session.user}, in its recording`,
  });
  tell(vault, session);
}

/** He looks at it no more. */
export async function unfollow(vault: Vault, { sessionId, viewer, since }: Follower): Promise<void> {
  await vault.store.transaction(async (records) => {
    const session = await records.sessions.session(sessionId as StoredSession['id']);
    if (session === null) return;
    await vault.journal.append(records.audit, {
      ...aboutFollower(session, viewer),
      action: 'sessionUnwatched',
      outcome: 'ok',
      detail: `session of ${session.user}, watched in its recording for ${Math.round((vault.now() - since) / 1000)} s`,
    });
    tell(vault, session);
  });
}

/** Everybody who watches a session, live or in its recording. */
export function watchersOf(vault: Vault, sessionId: string): readonly string[] {
  return [...new Set([...vault.watches.of(sessionId), ...vault.followers.of(sessionId)])].toSorted();
}

function tell(vault: Vault, { id, host, state }: StoredSession): void {
  if (host === null || state === 'ended') return;
  void tellHost(vault, host, 'host.followed', { sessionId: id, by: [...vault.followers.of(id)] });
}

function aboutFollower(session: StoredSession, viewer: string) {
  return { ...aboutSession(session), actor: viewer, from: null, gateway: 'PSMAdminConnect' };
}
