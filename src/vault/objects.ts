import type { StoredObject } from './records/accounts.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';

/** An object of the vault's own, with the safe that it lies in. */
export async function objectIn(
  records: Records,
  safeName: string,
  name: string,
): Promise<{ readonly safe: Safe; readonly object: StoredObject } | null> {
  const safe = await records.safes.safeByName(safeName);
  const object = safe === null ? null : await records.accounts.object(safe.id, name);
  return safe === null || object === null ? null : { safe, object };
}

/** The key with which a portal proves to a session host that it may land a session. */
export function psmServer(records: Records): ReturnType<typeof objectIn> {
  return objectIn(records, 'PSM', 'PSMServer');
}

/** Name of the object in a recording safe whose X25519 key opens its tapes. */
export const RECORDING_KEY = 'RecordingKey';
