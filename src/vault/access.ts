import { accountName } from '#/domain/account.js';
import type { Permission } from '#/domain/permission.js';
import { type AccessQuestion, decide, type Verdict } from '#/policy/decide.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import { judgeLive, type LiveAct, type LiveVerdict } from '#/policy/oversight.js';
import type { ResolvedPolicy } from '#/policy/resolve.js';
import { subjectOf } from './persons.js';
import { policyOf } from './policy-book.js';
import type { StoredAccount } from './records/accounts.js';
import type { User } from './records/people.js';
import type { Records } from './records/records.js';
import type { SessionPlace, StoredSession } from './records/sessions.js';
import type { Vault } from './vault.js';

export function portOf(account: Pick<StoredAccount, 'port' | 'platformPort'>): number {
  return account.port ?? account.platformPort;
}

/** Loads what policy needs to know and has it decide. */
export async function mayConnect(
  vault: Vault,
  records: Records,
  user: User,
  account: StoredAccount,
): Promise<Verdict> {
  const memberships = await records.safes.memberships(account.safeId);
  return verdict(vault, user, account, memberships, await policyOf(vault, records, account));
}

/** Of the limits on sessions the one that is reached, or else the one on all. A session counts from its permit to its end. */
export function sessionsNow(
  { settings: { mostSessions } }: Vault,
  open: readonly SessionPlace[],
  user: User,
): AccessQuestion['sessions'] {
  const own = { running: open.filter((one) => one.userId === user.id).length, most: mostSessions.person };
  return own.most > 0 && own.running >= own.most ? own : { running: open.length, most: mostSessions.all };
}

export function verdict(
  vault: Vault,
  user: User,
  account: StoredAccount,
  memberships: readonly Membership[],
  policy: ResolvedPolicy,
): Verdict {
  return decide(accessQuestion(vault, user, account, memberships, policy));
}

export function accessQuestion(
  vault: Vault,
  user: User,
  account: StoredAccount,
  memberships: readonly Membership[],
  { problem }: ResolvedPolicy,
): AccessQuestion {
  return {
    subject: subjectOf(user),
    memberships,
    account: {
      name: accountName(account),
      safe: account.safe,
      platform: account.platform,
      base: account.base,
      disabledWhy: account.disabledWhy,
    },
    policyProblem: problem,
    isolation: vault.settings.isolation,
    // whoever grants a new one counts them: sessionsNow()
    sessions: { running: 0, most: 0 },
    now: vault.now(),
  };
}

export async function holds(
  vault: Vault,
  records: Records,
  user: User,
  safeId: StoredAccount['safeId'],
  permission: Permission,
): Promise<boolean> {
  return effectivePermissions(subjectOf(user), await records.safes.memberships(safeId), vault.now()).has(
    permission,
  );
}

/** Judges what somebody may do with running sessions, for many of them: each safe's members are read once. */
export function liveJudge(
  vault: Vault,
  records: Records,
  user: User,
): (act: LiveAct, session: StoredSession) => Promise<LiveVerdict> {
  const read = new Map<string, Promise<readonly Membership[]>>();
  const membershipsOf = (id: StoredSession['safeId']): Promise<readonly Membership[]> => {
    const known = read.get(id) ?? records.safes.memberships(id);
    read.set(id, known);
    return known;
  };
  return async (act, session) =>
    judgeLive(
      act,
      {
        subject: subjectOf(user),
        ownerId: session.userId,
        accountSafe: await membershipsOf(session.safeId),
        recordingSafe: await membershipsOf(session.recordingSafeId),
        now: vault.now(),
      },
      vault.settings.liveGroups,
    );
}

/** Answers "may he see this session or replay its recording". */
export function overseer(
  vault: Vault,
  records: Records,
  user: User,
): (session: StoredSession) => Promise<boolean> {
  const judge = liveJudge(vault, records, user);
  return async (session) => (await judge('monitor', session)).ok;
}
