import type { ChainedEvent } from '#/audit/chain.js';
import type { SessionFacts } from '#/contract/oversight-calls.js';
import type {
  AccountAdminRow,
  AuditRow,
  KeyRow,
  RecordingRow,
  SessionRow,
  UserRow,
} from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import { ACTIONS } from '#/domain/audit.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { endingText, outcomeOf } from './ending-text.js';
import type { StoredAccount } from './records/accounts.js';
import type { User, UserKey } from './records/people.js';
import type { RecordedSession, StoredSession } from './records/sessions.js';

/** What somebody may do with a session. */
export type Sight = Pick<
  SessionRow,
  'mine' | 'mayEnd' | 'mayWatch' | 'mayControl' | 'maySuspend' | 'watchers'
>;

export function sessionRow(session: StoredSession, facts: SessionFacts | null, sight: Sight): SessionRow {
  const { id, user, account, accountId, safe, from, startedAt, isolation, state, host, reason, forward } =
    session;
  return {
    id,
    user,
    account,
    accountId,
    safe,
    from,
    startedAt,
    isolation,
    state: state === 'ended' ? 'connecting' : state,
    host: host ?? -1,
    reason,
    forward,
    lastKeyAt: facts?.lastKeyAt ?? null,
    recordedBytes: facts?.bytes ?? null,
    // what is done in it is a part of what is watched
    lastActivity: sight.mayWatch ? (facts?.lastActivity ?? null) : null,
    suspendedBy: facts?.suspendedBy ?? null,
    controlledBy: facts?.typing ?? null,
    company: facts?.company ?? null,
    ...sight,
  };
}

/** Rows of a list in one answer: as many as surely fit into a frame. */
export const MOST_ROWS = 5000;

export function recordingRow(session: RecordedSession): RecordingRow {
  const {
    id,
    user,
    account,
    accountId,
    safe,
    recordingSafe,
    from,
    startedAt,
    endedAt,
    isolation,
    ending,
    state,
    recording,
    reason,
    forward,
  } = session;
  const live = state !== 'ended';
  return {
    id,
    user,
    account,
    accountId,
    safe,
    recordingSafe,
    from,
    startedAt,
    endedAt,
    isolation,
    outcome: live ? 'running' : outcomeOf(ending),
    endingText: ending === null ? null : endingText(ending),
    stored: live ? 'live' : recording.stored,
    bytes: recording.bytes,
    complete: recording.complete,
    reason,
    forward,
    hold: recording.hold,
    deletion: recording.deletion,
    commands: recording.commands,
    transfers: recording.transfers,
  };
}

export function userRow(user: User, lockedUntil: number | null, directory: string | null): UserRow {
  const { id, name, groups, rights, disabled, expiresAt, logonHours, mustChangePassword, publicKeys } = user;
  return {
    id,
    name,
    directory,
    groups,
    rights,
    ownRights: user.ownRights,
    disabled,
    expiresAt,
    logonHours,
    mustChangePassword,
    lockedUntil,
    hasPassword: user.passwordHash !== null,
    publicKeys: publicKeys.map(keyRow),
    secondFactor: user.secondFactor,
  };
}

export function keyRow({ fingerprint: print, type, comment, verifyRequired }: UserKey): KeyRow {
  return { fingerprint: print, type, comment, verifyRequired };
}

export function accountAdminRow(account: StoredAccount, hostKey: HostKey | null): AccountAdminRow {
  const { id, safe, user, address, port, platform, secretKind, secretVersion, disabledWhy } = account;
  return {
    id,
    account: accountName(account),
    accountId: id,
    safe,
    user,
    address,
    port,
    platform,
    secretKind,
    secretVersion,
    disabledWhy,
    hostKey: hostKey === null ? null : { type: hostKey.type, fingerprint: fingerprint(hostKey) },
  };
}

export function auditRow({ action, code, ...rest }: ChainedEvent): AuditRow {
  return { ...rest, action, code: ACTIONS[action], failureCode: code };
}
