import { done } from '#/domain/outcome.js';
import { withSafeRight, withVaultRight } from '../person-rights.js';
import { auditRow } from '../rows.js';
import type { Handlers, Vault } from '../vault.js';

/** As many as a screen is any good for; the console has the rest. */
const MOST = 1000;

/** The audit, as people read it who may: of a safe, or all of it. The newest first. */
export function personAuditCalls(vault: Vault): Handlers<'person.audit' | 'person.safe.audit'> {
  const newest = { after: 0, limit: MOST, newestFirst: true };
  return {
    'person.audit': (args, asking) =>
      withVaultRight(vault, 'person.audit', args, asking, async ({ records }) =>
        done({ value: (await records.audit.list(newest)).map(auditRow) }),
      ),
    'person.safe.audit': (args, asking) =>
      withSafeRight(vault, 'person.safe.audit', args, asking, async ({ records, safe }) =>
        done({ value: (await records.audit.list({ ...newest, safe: safe.name })).map(auditRow) }),
      ),
  };
}
