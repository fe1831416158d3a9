import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { LiveAct } from '#/policy/oversight.js';
import { liveJudge } from '../access.js';
import { type Person, withPerson } from '../persons.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession, tellHost } from '../session-life.js';
import { CONSOLE, type Doer, type Handlers, type Vault } from '../vault.js';
import { sessionOf } from './landing.js';

type Names =
  | 'person.suspendSession'
  | 'person.resumeSession'
  | 'person.messageSession'
  | 'admin.sessions.suspend'
  | 'admin.sessions.resume'
  | 'admin.sessions.message';

/** What is done to a session, as it is told to its host and to the audit. */
type Deed =
  | { readonly kind: 'suspend'; readonly reason: string; readonly frozen: boolean }
  | { readonly kind: 'resume' }
  | { readonly kind: 'message'; readonly text: string };

const ACTION = { suspend: 'sessionSuspended', resume: 'sessionResumed', message: 'sessionMessaged' } as const;

/** Suspending, resuming, and writing to the owner of a running session. */
export function oversightCalls(vault: Vault): Handlers<Names> {
  const asPerson = async (
    ticket: string,
    asking: Parameters<typeof withPerson>[1]['asking'],
    sessionId: string,
    deed: Deed,
  ) => {
    let found: StoredSession | null = null;
    let by = '';
    const allowed = await withPerson<'person.suspendSession'>(vault, { ticket, asking }, async (person) => {
      const may = await mayDo(vault, person, sessionId, deed);
      if (!may.ok) return may;
      found = may.value;
      by = person.user.name;
      await note(vault, person.records, may.value, deed, person.about);
      return done({ value: null });
    });
    return allowed.ok && found !== null ? await order(vault, found, deed, by) : allowed;
  };
  const asConsole = async (sessionId: string, deed: Deed) => {
    const found = await vault.store.transaction(async (records): Promise<Outcome<StoredSession>> => {
      const session = await sessionOf(records, sessionId);
      if (session === null) return failed(failure('NOT_FOUND', `Session ${sessionId}`));
      const running = runs(session);
      if (running.ok) await note(vault, records, session, deed, CONSOLE);
      return running;
    });
    return found.ok ? await order(vault, found.value, deed, CONSOLE.actor) : found;
  };
  return {
    'person.suspendSession': ({ ticket, sessionId, reason, frozen }, asking) =>
      asPerson(ticket, asking, sessionId, { kind: 'suspend', reason, frozen }),
    'person.resumeSession': ({ ticket, sessionId }, asking) =>
      asPerson(ticket, asking, sessionId, { kind: 'resume' }),
    'person.messageSession': ({ ticket, sessionId, text }, asking) =>
      asPerson(ticket, asking, sessionId, { kind: 'message', text }),
    'admin.sessions.suspend': ({ sessionId, reason, frozen }) =>
      asConsole(sessionId, { kind: 'suspend', reason, frozen }),
    'admin.sessions.resume': ({ sessionId }) => asConsole(sessionId, { kind: 'resume' }),
    'admin.sessions.message': ({ sessionId, text }) => asConsole(sessionId, { kind: 'message', text }),
  };
}

const RIGHTS: Readonly<Record<Deed['kind'], readonly LiveAct[]>> = {
  suspend: ['suspend'],
  resume: ['suspend'],
  // whoever may do more may say something first
  message: ['suspend', 'terminate', 'control'],
};

/** One's own session is not suspended, nor written to; who may not see a session does not learn of it. */
async function mayDo(
  vault: Vault,
  { records, user, about }: Person,
  sessionId: string,
  deed: Deed,
): Promise<Outcome<StoredSession>> {
  const session = await sessionOf(records, sessionId);
  if (session === null) return failed(failure('NOT_FOUND', 'That session'));
  const judge = liveJudge(vault, records, user);
  const verdicts = await Promise.all(RIGHTS[deed.kind].map((act) => judge(act, session)));
  const may = verdicts.some(({ ok }) => ok);
  const sees = may || (await judge('monitor', session)).ok || (await judge('terminate', session)).ok;
  if (!sees) return failed(failure('NOT_FOUND', 'That session'));
  const because =
    session.userId === user.id
      ? 'it is your own session'
      : verdicts.flatMap((one) => (one.ok ? [] : [one.because])).join(', or ');
  if (may && session.userId !== user.id) return runs(session);
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    ...about,
    action: 'rightMissing',
    outcome: 'failure',
    code: 'DENIED',
    detail: `${deed.kind} ${session.user}'s session: ${because}`,
  });
  return failed(denied(because, session.userId === user.id ? 'own' : 'group'));
}

function runs(session: StoredSession): Outcome<StoredSession> {
  if (session.state === 'ended') return failed(failure('SESSION_GONE'));
  return session.state === 'connecting' ? failed(failure('SESSION_CONNECTING')) : done(session);
}

async function note(
  vault: Vault,
  records: Records,
  session: StoredSession,
  deed: Deed,
  about: Doer,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    ...about,
    action: ACTION[deed.kind],
    outcome: 'ok',
    detail: `${session.user}'s session${wordsOf(deed)}`,
  });
}

function wordsOf(deed: Deed): string {
  switch (deed.kind) {
    case 'suspend':
      return `${deed.frozen ? ', its output too' : ''}: ${deed.reason}`;
    case 'message':
      return `: ${deed.text}`;
    default:
      return '';
  }
}

/** In the audit first; the host that does not obey is an audited failure, too. */
async function order(vault: Vault, session: StoredSession, deed: Deed, by: string) {
  const { id: sessionId, host } = session;
  const obeyed = host !== null && (await tell(vault, host, sessionId, deed, by));
  if (obeyed) return done({ value: null });
  await vault.store.transaction((records) =>
    vault.journal.append(records.audit, {
      ...aboutSession(session),
      actor: by,
      action: ACTION[deed.kind],
      outcome: 'failure',
      code: 'SESSION_HOST_UNAVAILABLE',
      detail: `session host ${host} did not do it`,
    }),
  );
  return failed(failure('SESSION_HOST_UNAVAILABLE', `session host ${host} did not do it`));
}

async function tell(vault: Vault, host: number, sessionId: string, deed: Deed, by: string): Promise<boolean> {
  switch (deed.kind) {
    case 'suspend':
      return await tellHost(vault, host, 'host.suspend', {
        sessionId,
        by,
        reason: deed.reason,
        frozen: deed.frozen,
      });
    case 'resume':
      return await tellHost(vault, host, 'host.resume', { sessionId, by });
    case 'message':
      return await tellHost(vault, host, 'host.message', { sessionId, by, text: deed.text });
    default:
      return deed satisfies never;
  }
}
