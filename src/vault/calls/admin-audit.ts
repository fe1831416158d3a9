import { verifyJournal } from '#/audit/journal.js';
import { done } from '#/domain/outcome.js';
import { auditReader } from '../audit-reader.js';
import { auditRow } from '../rows.js';
import type { Handlers, Vault } from '../vault.js';
import { verifyHeads } from '../verify-heads.js';

type Names = 'admin.audit.list' | 'admin.audit.verify' | 'admin.audit.verifyHeads';

export function adminAuditCalls(vault: Vault): Handlers<Names> {
  return {
    'admin.audit.list': (question) =>
      vault.store.transaction(async (records) =>
        done({ value: (await records.audit.list(question)).map(auditRow) }),
      ),
    'admin.audit.verifyHeads': (_args, _asking, lines) =>
      vault.store.transaction(async (records) =>
        done({ value: await verifyHeads(records, lines.toString('utf8')) }),
      ),
    'admin.audit.verify': async () => done({ value: await verifyJournal(await auditReader(vault.store)) }),
  };
}
