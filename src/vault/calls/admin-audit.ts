import type { ChainedEvent } from '#/audit/chain.js';
import { verifyJournal } from '#/audit/journal.js';
import type { AuditRow } from '#/contract/rows.js';
import { ACTIONS } from '#/domain/audit.js';
import { done } from '#/domain/outcome.js';
import { signatureChecker } from '../keyring.js';
import type { Handlers, Vault } from '../vault.js';

export function adminAuditCalls(vault: Vault): Handlers<'admin.audit.list' | 'admin.audit.verify'> {
  return {
    'admin.audit.list': (question) =>
      vault.store.transaction(async (records) =>
        done({ value: (await records.audit.list(question)).map(auditRow) }),
      ),
    'admin.audit.verify': () =>
      vault.store.transaction(async (records) =>
        done({ value: await verifyJournal(records.audit, await signatureChecker(records.meta)) }),
      ),
  };
}

function auditRow({ action, code, ...rest }: ChainedEvent): AuditRow {
  return { ...rest, action, code: ACTIONS[action], failureCode: code };
}
