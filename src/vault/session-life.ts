import type { Happening } from '#/audit/journal.js';
import type { HOST_CALLS } from '#/contract/host-calls.js';
import { loginBoxId, type SessionId } from '#/domain/ids.js';
import type { Ending } from '#/domain/session.js';
import { endingText } from './ending-text.js';
import { PERMIT_LIFE } from './permits.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import type { Vault } from './vault.js';

/** What every audit row of a session says. */
export function aboutSession(session: StoredSession): Pick<
  Happening,
  'actor' | 'from' | 'safe' | 'account' | 'target' | 'sessionId'
> & {
  readonly from: string;
} {
  return {
    actor: session.user,
    from: session.from,
    safe: session.safe,
    account: session.account,
    target: `${session.address}:${session.port}`,
    sessionId: session.id,
  };
}

/** What the person wanted with it, for the audit. */
export function wishWords({ reason, forward }: StoredSession): readonly string[] {
  return [
    ...(forward === null
      ? []
      : [forward.startsWith('listen ') ? `the target is to ${forward}` : `forwarded to ${forward}`]),
    ...(reason === null ? [] : [`reason: ${reason}`]),
  ];
}

type Activities = { readonly commands: number; readonly transfers: number } | undefined;

/** Ends a session in the books, once: the first ending wins. The box record is given up afterwards. */
export async function endSession(vault: Vault, id: SessionId, ending: Ending): Promise<void> {
  const ended = await vault.store.transaction(async (records) => {
    const session = await records.sessions.session(id);
    if (session === null || session.state === 'ended') return false;
    await bookEnding(vault, records, session, { ending, activities: undefined });
    return true;
  });
  if (ended) await afterSession(vault, id, ending);
  else vault.facts.forget(id);
}

export async function bookEnding(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { ending, activities }: { readonly ending: Ending; readonly activities: Activities },
): Promise<void> {
  await records.sessions.changeSession(session.id, { state: 'ended', endedAt: vault.now(), ending });
  if (activities !== undefined) await records.sessions.changeRecording(session.id, activities);
  await auditEnding(vault, records, session, ending, activities);
}

/** What is to be done when the end is in the books. */
export async function afterSession(vault: Vault, id: SessionId, ending: Ending): Promise<void> {
  vault.facts.forget(id);
  await vault.order({ kind: 'forget-box', sessionId: id });
  // a login that it made may carry others still, unless all of them went with their host
  if (ending.kind === 'session-host-died')
    await vault.order({ kind: 'forget-box', sessionId: loginBoxId(id) });
}

/** A session that ran is disconnected; one that did not get so far failed at a stage, and has no event beyond it. */
async function auditEnding(
  vault: Vault,
  records: Records,
  session: StoredSession,
  ending: Ending,
  activities: Activities,
): Promise<void> {
  const about = {
    ...aboutSession(session),
    gateway: 'PSMGW',
    detail: endingText(ending) + countText(activities),
  };
  if (session.stage >= 8) {
    const well = [
      'exited',
      'owner-ended',
      'idle',
      'time-limit',
      'terminated',
      'drained',
      'owner-lost',
    ].includes(ending.kind);
    await vault.journal.append(records.audit, {
      ...about,
      action: 'disconnect',
      outcome: well ? 'ok' : 'failure',
      stage: 9,
      code: ending.kind,
    });
  } else if (session.failedStage === null) {
    const stage = ending.kind === 'failed' ? ending.stage : Math.min(session.stage + 1, 8);
    await vault.journal.append(records.audit, {
      ...about,
      action: 'sessionStage',
      outcome: 'failure',
      stage,
      code: ending.kind === 'failed' ? ending.code : ending.kind,
    });
  }
}

/** What was done stands in the recording; here only how much. */
function countText(activities: Activities): string {
  const { commands = 0, transfers = 0 } = activities ?? {};
  const parts = [
    ...(commands > 0 ? [`${commands} command${commands === 1 ? '' : 's'}`] : []),
    ...(transfers > 0 ? [`${transfers} transfer${transfers === 1 ? '' : 's'}`] : []),
  ];
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`;
}

/** A session host says which sessions it has: others of its number died with the one before it. */
export async function reconcile(vault: Vault, host: number, running: readonly string[]): Promise<void> {
  const open = await vault.store.transaction((records) => records.sessions.open());
  for (const session of open) {
    if (session.host === host && !running.includes(session.id))
      await endSession(vault, session.id, { kind: 'session-host-died' });
  }
  const unknown = running.filter((id) => !open.some((session) => session.id === id && session.host === host));
  const order = {
    by: 'the vault',
    reason: 'the vault had given the session up',
    kind: 'terminated',
  } as const;
  // not waited for: the host is still waiting for the answer to its hello
  for (const sessionId of unknown) void tellHost(vault, host, 'host.terminate', { sessionId, ...order });
}

/** False: the host is not there, or did not obey. */
export async function tellHost<K extends keyof typeof HOST_CALLS>(
  vault: Vault,
  host: number,
  call: K,
  order: ReturnType<(typeof HOST_CALLS)[K]['parse']>,
): Promise<boolean> {
  const outcome = await vault.hosts.get(host)?.peer.call(call, order);
  return outcome?.ok === true;
}

/** After a host's connection was lost and it did not come back, or did not come at all after the vault's start. */
export async function endOrphans(vault: Vault, host?: number): Promise<void> {
  const open = await vault.store.transaction((records) => records.sessions.open());
  for (const session of open) {
    const mine = host === undefined || session.host === host;
    if (mine && session.host !== null && vault.hosts.get(session.host) === null)
      await endSession(vault, session.id, { kind: 'session-host-died' });
  }
}

/** Sessions that were granted and never landed: their permit is worth nothing any more. */
export async function endStillborn(vault: Vault): Promise<void> {
  const open = await vault.store.transaction((records) => records.sessions.open());
  const late = open.filter(
    (session) => session.host === null && session.startedAt + PERMIT_LIFE <= vault.now(),
  );
  for (const session of late) {
    await endSession(vault, session.id, {
      kind: 'failed',
      code: 'SESSION_HOST_UNAVAILABLE',
      stage: 1,
      message: 'the session did not reach a session host in time',
    });
  }
}
