import type { Permission } from '#/domain/permission.js';
import { effectivePermissions, type Membership, type Subject } from './grants.js';

const ON_ACCOUNT_SAFE: readonly Permission[] = ['listAccounts', 'viewAuditLog'];
const ON_RECORDING_SAFE: readonly Permission[] = ['retrieveAccounts', 'listAccounts', 'viewAuditLog'];

export interface OversightQuestion {
  readonly subject: Subject;
  /** Whose session or recording it is. */
  readonly ownerId: string;
  readonly accountSafe: readonly Membership[];
  readonly recordingSafe: readonly Membership[];
  readonly now: number;
}

/** May this person see a session and replay its recording? His own; else auditors, else who has the rights on both safes. */
export function mayMonitor(question: OversightQuestion): boolean {
  const { subject, ownerId, accountSafe, recordingSafe, now } = question;
  if (ownerId === subject.userId || isAuditor(subject)) return true;
  const holds = (memberships: readonly Membership[], needed: readonly Permission[]): boolean => {
    const held = effectivePermissions(subject, memberships, now);
    return needed.every((one) => held.has(one));
  };
  return holds(accountSafe, ON_ACCOUNT_SAFE) && holds(recordingSafe, ON_RECORDING_SAFE);
}

/** May this person end a session? His own, or as one of the terminators. */
export function mayEnd(subject: Subject, ownerId: string): boolean {
  return ownerId === subject.userId || subject.groups.includes('PSMLiveSessionTerminators');
}

export function isAuditor(subject: Subject): boolean {
  return subject.groups.includes('Auditors');
}
