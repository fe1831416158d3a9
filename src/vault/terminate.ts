import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import { aboutSession, endSession, tellHost } from './session-life.js';
import type { Vault } from './vault.js';

export interface Termination {
  readonly session: StoredSession;
  readonly by: string;
  readonly reason: string;
  readonly kind: 'terminated' | 'owner-ended';
}

export async function noteTermination(
  vault: Vault,
  records: Records,
  { session, reason, kind }: Termination,
  about: { readonly actor: string; readonly gateway: string | null; readonly from: string | null },
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
export async function terminate(
  vault: Vault,
  { session, by, reason, kind }: Termination,
): Promise<Outcome<{ readonly value: null }>> {
  const obeyed =
    session.host !== null &&
    (await tellHost(vault, session.host, 'host.terminate', {
      sessionId: session.id,
      by,
      reason,
      kind,
    }));
  if (!obeyed && session.host !== null && vault.hosts.get(session.host) !== null)
    return failed(failure('SESSION_HOST_UNAVAILABLE', `session host ${session.host} did not end it`));
  if (!obeyed) await endSession(vault, session.id, kind === 'terminated' ? { kind, by, reason } : { kind });
  return done({ value: null });
}
