import type { AuditEvent } from '#/domain/audit.js';

/** One of which nothing more is said than there has to be. */
export const EVENT: AuditEvent = {
  at: 1,
  action: 'logon',
  outcome: 'ok',
  actor: 'alice',
  gateway: null,
  from: null,
  bastion: 'b',
  safe: null,
  account: null,
  target: null,
  sessionId: null,
  stage: null,
  code: null,
  detail: null,
};
