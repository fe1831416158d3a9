import { deleteRecording } from './keep-recording.js';
import { policyAt, sourceText } from './policy-book.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import type { RecordedSession } from './records/sessions.js';
import type { Doer, Vault } from './vault.js';

const DAY = 86_400_000;
/** So many of one safe in one transaction: people wait for it. */
const PAGE = 100;
const RETENTION = { actor: 'retention', from: 'the vault', gateway: null } as const satisfies Doer;

/** Deletes recordings that were kept as long as policy says. Gives how many. */
export async function deleteExpired(vault: Vault): Promise<number> {
  let deleted = 0;
  const safes = await vault.store.transaction((records) => records.safes.safes());
  for (const safe of safes.filter(({ recipient }) => recipient !== null)) {
    const gone = await vault.store.transaction(async (records) => {
      const due = await expiredOf(vault, records, safe, true);
      for (const recording of due)
        await deleteRecording(vault, records, recording, RETENTION, 'its time is over');
      return due.length;
    });
    deleted += gone;
  }
  if (deleted > 0) await vault.store.forget();
  return deleted;
}

/** Past their time and not on hold; `proven` false: kept all the same, as nobody can prove that they came to the safe whole. */
export async function expiredOf(
  vault: Vault,
  records: Records,
  safe: Safe,
  proven: boolean,
): Promise<readonly RecordedSession[]> {
  const days = await keepDaysOf(vault, records, safe);
  if (days === 0) return [];
  return await records.sessions.expiredRecordings(safe.id, vault.now() - days * DAY, { proven, most: PAGE });
}

/** A policy that is only half understood deletes nothing. */
async function keepDaysOf(vault: Vault, records: Records, safe: Safe): Promise<number> {
  const place = { level: 'safe', scope: safe.id } as const;
  const policy = await policyAt(vault, records, place, sourceText('safe', safe.name));
  return policy.problem === null ? policy.values.keepDays : 0;
}
