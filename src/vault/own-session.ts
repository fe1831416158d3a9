import type { CallName } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { failed } from '#/domain/outcome.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import type { Answer, Asking, Vault } from './vault.js';

/** Runs `work` for a session that the asking host has. Another host's session, or one that has ended, is not there for it. */
export async function withOwnSession<K extends CallName>(
  vault: Vault,
  { sessionId, asking }: { readonly sessionId: string; readonly asking: Asking },
  work: (session: StoredSession, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records) => {
    const id = parseId('session', sessionId);
    const session = id === null ? null : await records.sessions.session(id);
    const { host } = asking.connection;
    if (session === null || host === null || session.host !== host || session.state === 'ended')
      return failed(failure('SESSION_GONE'));
    return await work(session, records);
  });
}
