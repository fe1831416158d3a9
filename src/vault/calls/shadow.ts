import { failure } from '#/domain/failure.js';
import { loginBoxId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { cleanTerm } from '#/domain/session.js';
import { withOwnSession } from '../own-session.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import type { Shadow } from '../records/shadows.js';
import { aboutSession } from '../session-life.js';
import { nextUid, shadowName } from '../shadows.js';
import type { Answer, Handlers, Vault } from '../vault.js';

interface Found {
  readonly session: StoredSession;
  readonly shadow: Shadow;
}

/** The shadow identity of a session's person, and its box. */
export function shadowCalls(vault: Vault): Handlers<'session.shadow'> {
  return {
    async 'session.shadow'({ sessionId, term, lang, program }, asking) {
      let found: Found | null = null;
      const mine = await withOwnSession<'session.stage'>(
        vault,
        { sessionId, asking },
        async (session, records) => {
          if (session.stage < 4 || session.failedStage !== null)
            return failed(failure('SHADOW_UNAVAILABLE', 'the session was not granted'));
          const shadow = await ensure(vault, records, session);
          if (!shadow.ok) return shadow;
          found = { session, shadow: shadow.value };
          return done({ value: null });
        },
      );
      if (!mine.ok) return mine;
      if (found === null) return failed(failure('SHADOW_UNAVAILABLE', 'the session is gone'));
      return await prepare(vault, found, { term: cleanTerm(term), lang: cleanLang(lang), program });
    },
  };
}

/** Finds the person's shadow identity or makes it: one row a person, however many first connections come at once. */
async function ensure(vault: Vault, records: Records, session: StoredSession): Promise<Outcome<Shadow>> {
  const known = await records.shadows.shadow(session.userId);
  const now = vault.now();
  if (known?.state === 'active') {
    await records.shadows.changeShadow(session.userId, { lastUsedAt: now });
    return done(known);
  }
  const row = { ...aboutSession(session), gateway: 'PSMGW', action: 'shadowChanged', outcome: 'ok' } as const;
  if (known !== null) {
    const again = {
      ...known,
      state: 'active',
      profileVersion: known.profileVersion + 1,
      lastUsedAt: now,
    } as const;
    await records.shadows.changeShadow(session.userId, again);
    await vault.journal.append(records.audit, {
      ...row,
      detail: `${known.name} made again, profile version ${again.profileVersion}`,
    });
    return done(again);
  }
  const all = await records.shadows.shadows();
  const uid = nextUid(vault.settings.shadowUids, all);
  if (uid === null)
    return failed(
      failure('SHADOW_UNAVAILABLE', `all ${vault.settings.shadowUids.count} shadow uids are taken`),
    );
  const name = shadowName(session.user, new Set(all.map((one) => one.name)));
  const shadow: Shadow = {
    userId: session.userId,
    user: session.user,
    name,
    uid,
    state: 'active',
    profileVersion: 1,
    lastUsedAt: now,
  };
  await records.shadows.addShadow(shadow);
  await vault.journal.append(records.audit, { ...row, detail: `${name} made, uid ${uid}` });
  return done(shadow);
}

interface Wanted {
  readonly term: string;
  readonly lang: string;
  readonly program: 'ssh' | 'command' | 'share' | 'probe';
}

async function prepare(
  vault: Vault,
  { session, shadow }: Found,
  wanted: Wanted,
): Promise<Answer<'session.shadow'>> {
  const { name, uid, profileVersion } = shadow;
  const result = await vault.order({
    kind: 'prepare-box',
    sessionId: wanted.program === 'share' ? loginBoxId(session.id) : session.id,
    uid,
    name,
    profileVersion,
    ...wanted,
  });
  if (result.kind === 'over-quota') return failed(failure('PROFILE_OVER_QUOTA', result.detail));
  if (result.kind !== 'done') return failed(failure('SHADOW_UNAVAILABLE', result.detail));
  const { level, healed } = result;
  const { minimum } = vault.settings.isolation;
  return await vault.store.transaction(async (records) => {
    const row = { ...aboutSession(session), gateway: 'PSMGW' };
    if (healed !== null)
      await vault.journal.append(records.audit, {
        ...row,
        action: 'shadowChanged',
        outcome: 'ok',
        detail: `profile of ${name} healed: ${healed}`,
      });
    const well = level >= minimum;
    if (wanted.program === 'ssh' || wanted.program === 'share' || !well) {
      await vault.journal.append(records.audit, {
        ...row,
        action: 'isolation',
        outcome: well ? 'ok' : 'failure',
        detail: `level ${level} as ${name}, uid ${uid}`,
      });
    }
    if (!well)
      return failed(
        failure('ISOLATION_TOO_LOW', `level ${level} is reached, ${minimum} is required`, { stage: 5 }),
      );
    await records.sessions.changeSession(session.id, { isolation: level });
    return done({ value: { name, uid, level, healed } });
  });
}

/** A locale that may be handed on; anything odd becomes C.UTF-8. */
function cleanLang(lang: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(lang) ? lang : 'C.UTF-8';
}
