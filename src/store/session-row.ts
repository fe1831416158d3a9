import type { Selectable } from 'kysely';
import type { HostKey } from '#/domain/host-key.js';
import type { AccountId, SafeId, SessionId, UserId } from '#/domain/ids.js';
import type { Ending, IsolationLevel } from '#/domain/session.js';
import type { SessionChange, StoredSession } from '#/vault/records/sessions.js';
import type { Tables } from './tables.js';

type Row = Selectable<Tables['sessions']>;

export function rowOf(session: StoredSession): Row {
  return {
    id: session.id,
    user_id: session.userId,
    user: session.user,
    source: session.from,
    account_id: session.accountId,
    account: session.account,
    target_user: session.targetUser,
    address: session.address,
    port: session.port,
    safe_id: session.safeId,
    safe: session.safe,
    recording_safe_id: session.recordingSafeId,
    recording_safe: session.recordingSafe,
    started_at: session.startedAt,
    ended_at: session.endedAt,
    state: session.state,
    host: session.host,
    isolation: session.isolation,
    stage: session.stage,
    failed_stage: session.failedStage,
    ending: json(session.ending),
    offered_key: json(session.offeredKey),
    key_decision: session.keyDecision,
    reason: session.reason,
    forward: session.forward,
  };
}

export function changeOf(change: SessionChange): Partial<Row> {
  return {
    ...(change.endedAt === undefined ? {} : { ended_at: change.endedAt }),
    ...(change.state === undefined ? {} : { state: change.state }),
    ...(change.host === undefined ? {} : { host: change.host }),
    ...(change.isolation === undefined ? {} : { isolation: change.isolation }),
    ...(change.stage === undefined ? {} : { stage: change.stage }),
    ...(change.failedStage === undefined ? {} : { failed_stage: change.failedStage }),
    ...(change.ending === undefined ? {} : { ending: json(change.ending) }),
    ...(change.offeredKey === undefined ? {} : { offered_key: json(change.offeredKey) }),
    ...(change.keyDecision === undefined ? {} : { key_decision: change.keyDecision }),
  };
}

export function sessionOf(row: Row): StoredSession {
  return {
    id: row.id as SessionId,
    userId: row.user_id as UserId,
    user: row.user,
    from: row.source,
    accountId: row.account_id as AccountId,
    account: row.account,
    targetUser: row.target_user,
    address: row.address,
    port: row.port,
    safeId: row.safe_id as SafeId,
    safe: row.safe,
    recordingSafeId: row.recording_safe_id as SafeId,
    recordingSafe: row.recording_safe,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    state: row.state as StoredSession['state'],
    host: row.host,
    isolation: row.isolation as IsolationLevel,
    stage: row.stage,
    failedStage: row.failed_stage,
    ending: row.ending === null ? null : (JSON.parse(row.ending) as Ending),
    offeredKey: row.offered_key === null ? null : (JSON.parse(row.offered_key) as HostKey),
    keyDecision: row.key_decision as StoredSession['keyDecision'],
    reason: row.reason,
    forward: row.forward,
  };
}

function json(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
