import type { Verification } from '#/audit/journal.js';
import { signatureChecker } from './keyring.js';
import type { Store } from './records/records.js';

/** The audit as verification reads it: a transaction a page, so that a long log does not keep everybody waiting. */
export async function auditReader(store: Store): Promise<Omit<Verification, 'from'>> {
  const verify = await store.transaction((records) => signatureChecker(records.meta));
  return {
    verify,
    records: {
      tail: () => store.transaction((records) => records.audit.tail()),
      list: (question) => store.transaction((records) => records.audit.list(question)),
    },
  };
}
