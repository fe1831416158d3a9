import type { Permission } from '#/domain/permission.js';
import { listText } from './explain.js';
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

/** What can be done with somebody else's running session. */
export const LIVE_ACTS = ['monitor', 'control', 'suspend', 'terminate'] as const;
export type LiveAct = (typeof LIVE_ACTS)[number];

/** Names of the groups that may do more with a running session than see it. */
export interface LiveGroups {
  readonly control: readonly string[];
  readonly suspend: readonly string[];
  readonly terminate: readonly string[];
}

export type LiveVerdict =
  | { readonly ok: true; readonly source: string }
  | { readonly ok: false; readonly because: string };

/** May this person do this with a session? Asked at each attach, and again while it lasts. */
export function judgeLive(act: LiveAct, question: OversightQuestion, groups: LiveGroups): LiveVerdict {
  switch (act) {
    case 'monitor':
      return judgeMonitor(question);
    case 'control':
      return judgeControl(question, groups);
    case 'suspend':
      return byGroup(question.subject, groups.suspend, act);
    case 'terminate':
      return question.ownerId === question.subject.userId
        ? { ok: true, source: 'it is his own session' }
        : byGroup(question.subject, groups.terminate, act);
    default:
      return act satisfies never;
  }
}

/** May this person see a session and replay its recording? His own; else auditors, else who has the rights on both safes. */
export function mayMonitor(question: OversightQuestion): boolean {
  return judgeMonitor(question).ok;
}

/** May this person end a session? His own, or as one of the terminators. */
export function mayEnd(subject: Subject, ownerId: string, terminators: readonly string[]): boolean {
  return ownerId === subject.userId || byGroup(subject, terminators, 'terminate').ok;
}

export function isAuditor(subject: Subject): boolean {
  return subject.groups.includes('Auditors');
}

function judgeMonitor(question: OversightQuestion): LiveVerdict {
  const { subject, ownerId, accountSafe, recordingSafe, now } = question;
  if (ownerId === subject.userId) return { ok: true, source: 'it is his own session' };
  if (isAuditor(subject)) return { ok: true, source: 'group Auditors' };
  const missing = [
    missingOn('the account', ON_ACCOUNT_SAFE, subject, accountSafe, now),
    missingOn('the recording', ON_RECORDING_SAFE, subject, recordingSafe, now),
  ].filter((text) => text !== null);
  if (missing.length > 0) return { ok: false, because: missing.join('; ') };
  return { ok: true, source: 'memberships in the safes of the account and of the recording' };
}

/** Who controls a session sees it: both rights are needed. */
function judgeControl(question: OversightQuestion, groups: LiveGroups): LiveVerdict {
  const granted = byGroup(question.subject, groups.control, 'control');
  if (!granted.ok) return granted;
  const seen = judgeMonitor(question);
  return seen.ok ? granted : seen;
}

function byGroup(subject: Subject, names: readonly string[], act: LiveAct): LiveVerdict {
  const group = names.find((one) => subject.groups.includes(one));
  if (group !== undefined) return { ok: true, source: `group ${group}` };
  return {
    ok: false,
    because:
      names.length === 0
        ? `nobody is configured to ${act} sessions`
        : `to ${act} takes membership in ${listText(names)}`,
  };
}

function missingOn(
  of: string,
  needed: readonly Permission[],
  subject: Subject,
  memberships: readonly Membership[],
  now: number,
): string | null {
  const held = effectivePermissions(subject, memberships, now);
  const missing = needed.filter((one) => !held.has(one));
  return missing.length === 0 ? null : `on the safe of ${of}: no ${listText(missing)}`;
}
