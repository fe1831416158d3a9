import { withdrawal } from '#/policy/decide.js';
import { subjectOf } from './persons.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import { noteTermination, type Termination, terminate } from './terminate.js';
import type { Vault } from './vault.js';

/** How the audit and the owner of a session are told who ended it. */
const VAULT = { actor: 'the vault', gateway: null, from: 'bastion' } as const;

/** Ends the sessions whose owners lost the right to them: useAccounts, their membership, or themselves as users. */
export async function endWithdrawn(vault: Vault): Promise<void> {
  const withdrawn = await vault.store.transaction(async (records) => {
    const found: Termination[] = [];
    for (const session of await records.sessions.open()) {
      const reason = await reasonToEnd(vault, records, session);
      if (reason === null) continue;
      const one: Termination = { session, by: VAULT.actor, reason, kind: 'terminated' };
      await noteTermination(vault, records, one, VAULT);
      found.push(one);
    }
    return found;
  });
  // a host that does not obey is asked again at the next round
  await Promise.all(withdrawn.map((one) => terminate(vault, one)));
}

async function reasonToEnd(vault: Vault, records: Records, session: StoredSession): Promise<string | null> {
  const user = await records.people.user(session.userId);
  if (user === null) return `user ${session.user} is gone`;
  const memberships = await records.safes.memberships(session.safeId);
  return withdrawal(subjectOf(user), memberships, session.safe, vault.now());
}
