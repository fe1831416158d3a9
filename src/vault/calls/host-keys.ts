import { failure } from '#/domain/failure.js';
import { fingerprint, type HostKey, type HostKeyPolicy, parseHostKey } from '#/domain/host-key.js';
import { parseId } from '#/domain/ids.js';
import { done, failed } from '#/domain/outcome.js';
import { holds, portOf } from '../access.js';
import { sameKey } from '../host-key-place.js';
import { withOwnSession } from '../own-session.js';
import { type Person, withPerson } from '../persons.js';
import { policyOf } from '../policy-book.js';
import type { Records } from '../records/records.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession } from '../session-life.js';
import { sharedKeyProblem } from '../shared-host-key.js';
import type { Answer, Handlers, Vault } from '../vault.js';
import { sessionOf } from './landing.js';

type Names = 'session.hostKey' | 'person.decideHostKey' | 'person.approveHostKey';
type Decision = 'once' | 'pin' | 'refuse';

/** The keys that targets show, and who may say that they are right. */
export function hostKeyCalls(vault: Vault): Handlers<Names> {
  return {
    'session.hostKey': ({ sessionId, key }, asking) =>
      withOwnSession<'session.hostKey'>(vault, { sessionId, asking }, (session, records) =>
        judge(vault, records, session, key),
      ),
    'person.decideHostKey': ({ ticket, sessionId, decision }, asking) =>
      withPerson<'person.decideHostKey'>(vault, { ticket, asking }, (person) =>
        decideKey(vault, person, sessionId, decision),
      ),
    'person.approveHostKey': ({ ticket, accountId, seen }, asking) =>
      withPerson<'person.approveHostKey'>(vault, { ticket, asking }, (person) =>
        approve(vault, person, accountId, seen),
      ),
  };
}

async function judge(
  vault: Vault,
  records: Records,
  session: StoredSession,
  key: HostKey,
): Promise<Answer<'session.hostKey'>> {
  if (parseHostKey(`${key.type} ${key.base64}`) === null)
    return failed(failure('BAD_INPUT', 'that is no host key'));
  if (session.stage < 4) return failed(failure('SESSION_GONE'));
  const pinned = await records.accounts.hostKey(session.address, session.port);
  const user = await records.people.user(session.userId);
  const mayPin =
    user !== null && (await holds(vault, records, user, session.safeId, 'updateAccountProperties'));
  const say = (verdict: 'pinned' | 'accepted' | 'ask' | 'changed' | 'refused') =>
    done({ value: { verdict, mayPin, pinned } });
  if (pinned !== null && sameKey(pinned, key)) return say('pinned');
  const decided = sameKey(session.offeredKey, key) ? session.keyDecision : null;
  await records.sessions.changeSession(session.id, { offeredKey: key, keyDecision: decided });
  const row = { ...aboutSession(session), gateway: 'PSMGW', action: 'hostKeyChanged' } as const;
  if (pinned !== null) {
    await vault.journal.append(records.audit, {
      ...row,
      outcome: 'failure',
      code: 'HOST_KEY_CHANGED',
      detail: `shown ${fingerprint(key)}, pinned ${fingerprint(pinned)}`,
    });
    return say('changed');
  }
  if (decided === 'once') return say('accepted');
  const hostKeyPolicy = await hostKeyPolicyOf(vault, records, session);
  if (decided === 'refuse' || hostKeyPolicy === 'strict') {
    await vault.journal.append(records.audit, {
      ...row,
      outcome: 'failure',
      code: 'HOST_KEY_UNKNOWN',
      detail: `shown ${fingerprint(key)}, ${decided === null ? 'policy strict' : 'refused'}`,
    });
    return say('refused');
  }
  if (hostKeyPolicy !== 'tofu') return say('ask');
  await records.accounts.pinHostKey(session.address, session.port, key, session.user, vault.now());
  await vault.journal.append(records.audit, {
    ...row,
    outcome: 'ok',
    detail: `pinned ${fingerprint(key)} on first use`,
  });
  return say('accepted');
}

/** As it is now; an account that is gone, or a policy that nobody understands, takes no new keys. */
async function hostKeyPolicyOf(
  vault: Vault,
  records: Records,
  session: StoredSession,
): Promise<HostKeyPolicy> {
  const account = await records.accounts.account(session.accountId);
  if (account === null) return 'strict';
  const { values, problem } = await policyOf(vault, records, account);
  return problem === null ? values.hostKeyPolicy : 'strict';
}

async function decideKey(
  vault: Vault,
  { records, user, about }: Person,
  sessionId: string,
  decision: Decision,
): Promise<Answer<'person.decideHostKey'>> {
  const session = await sessionOf(records, sessionId);
  if (
    session === null ||
    session.userId !== user.id ||
    session.state === 'ended' ||
    session.offeredKey === null
  )
    return failed(failure('SESSION_GONE'));
  const key = session.offeredKey;
  const row = { ...aboutSession(session), ...about, action: 'hostKeyChanged' } as const;
  if (decision === 'pin') {
    if (!(await holds(vault, records, user, session.safeId, 'updateAccountProperties')))
      return failed(failure('DENIED', `updateAccountProperties on safe ${session.safe} is missing`));
    // somebody else may have pinned another key meanwhile: that one is not replaced here
    const pinned = await records.accounts.hostKey(session.address, session.port);
    if (pinned !== null && !sameKey(pinned, key))
      return failed(failure('HOST_KEY_CHANGED', `Pinned meanwhile: ${fingerprint(pinned)}`));
    await records.accounts.pinHostKey(session.address, session.port, key, user.name, vault.now());
  }
  await records.sessions.changeSession(session.id, { keyDecision: decision });
  const words = { once: 'accepted for one session', pin: 'pinned', refuse: 'refused' }[decision];
  await vault.journal.append(records.audit, {
    ...row,
    outcome: decision === 'refuse' ? 'failure' : 'ok',
    detail: `${words}: ${fingerprint(key)}`,
  });
  return done({ value: null });
}

/** Re-approves a changed key. Only the very key that this person's last connection was shown can be approved. */
async function approve(
  vault: Vault,
  person: Person,
  accountId: string,
  seen: HostKey,
): Promise<Answer<'person.approveHostKey'>> {
  const { records, user, about } = person;
  const id = parseId('account', accountId);
  const account = id === null ? null : await records.accounts.account(id);
  if (account === null || !(await holds(vault, records, user, account.safeId, 'listAccounts')))
    return failed(failure('NOT_FOUND', 'That account'));
  if (!(await holds(vault, records, user, account.safeId, 'updateAccountProperties')))
    return failed(failure('DENIED', `updateAccountProperties on safe ${account.safe} is missing`));
  if (!sameKey(await records.sessions.lastOfferedKey(user.id, account.id), seen))
    return failed(failure('BAD_INPUT', 'that is not the key that the target showed last'));
  const problem = await sharedKeyProblem(vault, person, account);
  if (problem !== null) return failed(problem);
  await records.accounts.pinHostKey(account.address, portOf(account), seen, user.name, vault.now());
  const target = `${account.address}:${portOf(account)}`;
  await vault.journal.append(records.audit, {
    ...about,
    action: 'hostKeyChanged',
    outcome: 'ok',
    safe: account.safe,
    target,
    detail: `re-approved ${fingerprint(seen)}`,
  });
  return done({ value: null });
}
