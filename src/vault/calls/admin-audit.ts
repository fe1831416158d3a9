import type { ChainedEvent } from '#/audit/chain.js';
import { verifyJournal } from '#/audit/journal.js';
import type { AuditRow } from '#/contract/rows.js';
import { ACTIONS } from '#/domain/audit.js';
import { done } from '#/domain/outcome.js';
import { auditReader } from '../audit-reader.js';
import type { Handlers, Vault } from '../vault.js';

export function adminAuditCalls(vault: Vault): Handlers<'admin.audit.list' | 'admin.audit.verify'> {
  return {
    'admin.audit.list': (question) =>
      vault.store.transaction(async (records) =>
        done({ value: (await records.audit.list(question)).map(auditRow) }),
      ),
    'admin.audit.verify': async () => done({ value: await verifyJournal(await auditReader(vault.store)) }),
  };
}

function auditRow({ action, code, ...rest }: ChainedEvent): AuditRow {
  return { ...rest, action, code: ACTIONS[action], failureCode: code };
}
