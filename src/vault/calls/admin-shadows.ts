import type { ShadowRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { Records } from '../records/records.js';
import type { Shadow } from '../records/shadows.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

/** Shadow identities by hand. The supervisor does what concerns files; the books follow when it is done. */
export function adminShadowCalls(
  vault: Vault,
): Handlers<'admin.shadow.list' | 'admin.shadow.reset' | 'admin.shadow.delete'> {
  return {
    'admin.shadow.list': () =>
      vault.store.transaction(async (records) =>
        done({ value: (await records.shadows.shadows()).map(shadowRow) }),
      ),
    async 'admin.shadow.reset'({ user }) {
      const outcome = await rebuild(vault, user, { keep: true, state: 'active' });
      return outcome.ok ? done({ value: shadowRow(outcome.value) }) : outcome;
    },
    async 'admin.shadow.delete'({ user }) {
      const outcome = await rebuild(vault, user, { keep: false, state: 'deleted' });
      return outcome.ok ? done({ value: null }) : outcome;
    },
  };
}

interface Rebuild {
  /** Keep the identity, with a fresh profile. */
  readonly keep: boolean;
  readonly state: Shadow['state'];
}

async function rebuild(vault: Vault, name: string, { keep, state }: Rebuild): Promise<Outcome<Shadow>> {
  const found = await vault.store.transaction((records) => idle(records, name));
  if (!found.ok) return found;
  const shadow = found.value;
  const profileVersion = keep ? shadow.profileVersion + 1 : shadow.profileVersion;
  const result = await vault.order({
    kind: 'reset-profile',
    uid: shadow.uid,
    name: shadow.name,
    profileVersion,
    keep,
  });
  if (result.kind !== 'done') return failed(failure('SHADOW_UNAVAILABLE', result.detail));
  return await vault.store.transaction(async (records) => {
    await records.shadows.changeShadow(shadow.userId, { state, profileVersion });
    const detail = keep
      ? `${shadow.name} reset, profile version ${profileVersion}`
      : `${shadow.name} deleted`;
    await vault.journal.append(records.audit, {
      ...CONSOLE,
      action: 'shadowChanged',
      outcome: 'ok',
      target: shadow.user,
      detail,
    });
    return done({ ...shadow, state, profileVersion });
  });
}

/** The user's shadow identity, when no session of his is using it. */
async function idle(records: Records, name: string): Promise<Outcome<Shadow>> {
  const user = await records.people.userByName(name);
  if (user === null) return failed(failure('NOT_FOUND', `User ${name}`));
  const shadow = await records.shadows.shadow(user.id);
  if (shadow === null) return failed(failure('NOT_FOUND', `A shadow identity of ${user.name}`));
  const running = (await records.sessions.open()).filter((one) => one.userId === user.id).length;
  return running === 0
    ? done(shadow)
    : failed(
        failure(
          'BAD_INPUT',
          `${user.name} has ${running} running session${running === 1 ? '' : 's'}: end them first (postern sessions list)`,
        ),
      );
}

function shadowRow({ user, name, uid, state, profileVersion, lastUsedAt }: Shadow): ShadowRow {
  return { user, name, uid, state, profileVersion, lastUsedAt };
}
