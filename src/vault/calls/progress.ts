import type { CallArgs } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import type { SessionId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { withOwnSession } from '../own-session.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession, afterSession, bookEnding, wishWords } from '../session-life.js';
import type { Answer, Asking, Handlers, Vault } from '../vault.js';

/** Stages 5 to 9, as the session host tells them. */
export function progressCalls(vault: Vault): Handlers<'session.stage' | 'session.state' | 'session.ended'> {
  return {
    'session.stage': (args, asking) =>
      withOwnSession<'session.stage'>(vault, { sessionId: args.sessionId, asking }, (session, records) =>
        stages(vault, records, session, args),
      ),
    'session.state': ({ sessionId, state }, asking) =>
      withOwnSession<'session.state'>(vault, { sessionId, asking }, async (session, records) => {
        if (session.stage < 8) return failed(failure('BAD_INPUT', 'the session does not run yet'));
        await records.sessions.changeSession(session.id, { state });
        return done({ value: null });
      }),
    'session.ended': (args, asking) => ended(vault, args, asking),
  };
}

interface StageReport {
  readonly stage: number;
  readonly ok: boolean;
  readonly code: string | null;
  readonly detail: string | null;
}

/** Those that were passed before it, and the stage itself. */
async function stages(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { passed = [], ...last }: StageReport & { readonly passed?: Passed | undefined },
): Promise<Answer<'session.stage'>> {
  const before = await passStages(vault, records, session, passed);
  return before.ok ? await stage(vault, records, before.value, last) : before;
}

type Passed = readonly Pick<StageReport, 'stage' | 'detail'>[];

/** The session as it is when they are passed. */
export async function passStages(
  vault: Vault,
  records: Records,
  session: StoredSession,
  passed: Passed,
): Promise<Outcome<StoredSession>> {
  let now = session;
  for (const one of passed) {
    const told = await stage(vault, records, now, { ...one, ok: true, code: null });
    if (!told.ok) return told;
    now = { ...now, stage: Math.max(now.stage, one.stage) };
  }
  return done(now);
}

/** One event a stage, in order, and none beyond a failure. */
async function stage(
  vault: Vault,
  records: Records,
  session: StoredSession,
  said: StageReport,
): Promise<Answer<'session.stage'>> {
  const known = session.failedStage === said.stage || (said.ok && said.stage <= session.stage);
  if (known) return done({ value: null });
  if (session.failedStage !== null)
    return failed(failure('BAD_INPUT', `stage ${session.failedStage} failed: nothing comes after it`));
  if (session.stage < 4 || said.stage < 4 || said.stage > 8)
    return failed(failure('BAD_INPUT', `stage ${said.stage} is not this session's next`));
  const row = {
    ...aboutSession(session),
    gateway: 'PSMGW',
    stage: said.stage,
    code: said.code,
    detail: said.detail,
  };
  if (!said.ok) {
    await records.sessions.changeSession(session.id, { failedStage: said.stage });
    await vault.journal.append(records.audit, { ...row, action: 'sessionStage', outcome: 'failure' });
    return done({ value: null });
  }
  await records.sessions.changeSession(session.id, {
    stage: said.stage,
    ...(said.stage === 8 ? { state: 'running' as const } : {}),
  });
  await vault.journal.append(records.audit, {
    ...row,
    ...(said.stage === 8
      ? { action: 'connect', detail: connectDetail(session, said.detail) }
      : { action: 'sessionStage' }),
    outcome: 'ok',
  });
  return done({ value: null });
}

function connectDetail(session: StoredSession, detail: string | null): string | null {
  // where it leads, the detail says already
  const words = [...(detail === null ? [] : [detail]), ...wishWords({ ...session, forward: null })];
  return words.length === 0 ? null : words.join('; ');
}

async function ended(
  vault: Vault,
  { sessionId, ending, activities }: CallArgs<'session.ended'>,
  asking: Asking,
): Promise<Answer<'session.ended'>> {
  const booked = await withOwnSession<'session.ended'>(
    vault,
    { sessionId, asking },
    async (session, records) => {
      await bookEnding(vault, records, session, { ending, activities });
      return done({ value: null });
    },
  );
  if (booked.ok) await afterSession(vault, sessionId as SessionId, ending);
  return booked;
}
