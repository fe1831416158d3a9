import type { SessionGrant } from '#/contract/rows.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { checkGrant, grantOf, lendingOf } from './check-grant.js';
import { noteRefusedGrant } from './note-refused-grant.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import { aboutSession } from './session-life.js';
import type { Vault } from './vault.js';

export interface Ride {
  readonly session: StoredSession;
  readonly permit: string;
  /** The session that made the login. */
  readonly on: string;
  readonly host: number;
}

/**
 * Stage 4 without a secret: the same checks as for the secret, which is not touched. The audit has no use of it, but
 * whose login carries the session. Null: the vault knows of no such login.
 */
export async function rideOn(
  vault: Vault,
  records: Records,
  { session, permit, on, host }: Ride,
): Promise<Outcome<SessionGrant | null>> {
  const used = vault.permits.ride(permit, session.id, host);
  const share = used.ok && used.grant.share !== null ? vault.sharedLogins.get(used.grant.share) : null;
  if (used.ok && (share === null || share.host !== host || !share.logins.has(on))) return done(null);
  const checked = await checkGrant(vault, records, session, used);
  if (!checked.ok) {
    const refused = { action: 'sessionStage', failure: checked.failure, used: used.ok } as const;
    await noteRefusedGrant(vault, records, session, refused);
    return checked;
  }
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    gateway: 'PSMGW',
    action: 'sessionStage',
    stage: 4,
    outcome: 'ok',
    detail: `rides on the login of session ${on}`,
  });
  await records.sessions.changeSession(session.id, { stage: 4 });
  const { account } = checked.value;
  return await grantOf(vault, records, session, { account, rode: false, lending: lendingOf(used) });
}
