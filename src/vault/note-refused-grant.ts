import type { Failure } from '#/domain/failure.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import { aboutSession } from './session-life.js';
import type { Vault } from './vault.js';

/** `used`: the permit was this session's own. A host that tries with somebody else's session must not spoil it. */
export interface RefusedGrant {
  readonly action: 'use' | 'sessionStage';
  readonly failure: Failure;
  readonly used: boolean;
}

/** Stage 4 was refused: the audit says why, and the session that it failed. */
export async function noteRefusedGrant(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { action, failure, used }: RefusedGrant,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    gateway: 'PSMGW',
    action,
    stage: 4,
    outcome: 'failure',
    code: failure.code,
    detail: failure.message,
  });
  if (used) await records.sessions.changeSession(session.id, { failedStage: 4 });
}
