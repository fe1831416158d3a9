import type { Permitted } from '#/contract/calls.js';
import { accountName } from '#/domain/account.js';
import { type Failure, failure } from '#/domain/failure.js';
import { forwardText, forwardTo, listenAt, listenText } from '#/domain/forward-pattern.js';
import { makeId, parseId } from '#/domain/ids.js';
import type { Lendable } from '#/domain/lending.js';
import { done, failed } from '#/domain/outcome.js';
import { cleanReason } from '#/domain/reason.js';
import { withdrawal } from '#/policy/decide.js';
import { judgeConnection } from '#/policy/judge-connection.js';
import { judgeLending, lendingWords } from '#/policy/lending.js';
import { accessQuestion, portOf, sessionsNow } from '../access.js';
import { type Person, subjectOf, withPerson } from '../persons.js';
import { policyOf } from '../policy-book.js';
import type { StoredAccount } from '../records/accounts.js';
import type { StoredSession } from '../records/sessions.js';
import { aboutSession, wishWords } from '../session-life.js';
import { shareOf } from '../shared-logins.js';
import type { Answer, Handlers, Vault } from '../vault.js';

export const RECORDING_SAFE = 'PSMRecordings';

/** Stage 0, and coming back to what runs already. */
export function connectCalls(vault: Vault): Handlers<'person.connect' | 'person.reattach'> {
  return {
    'person.connect': ({ ticket, accountId, reason, forward, listen, shares = false, lends = [] }, asking) =>
      withPerson<'person.connect'>(vault, { ticket, asking, onItsWay: true }, (person) =>
        connect(vault, person, {
          accountId,
          reason: cleanReason(reason),
          forward: forward ?? null,
          listen: listen ?? null,
          shares,
          lends: [...new Set(lends)],
        }),
      ),
    'person.reattach': ({ ticket, sessionId }, asking) =>
      withPerson<'person.reattach'>(vault, { ticket, asking }, async ({ records, user }) => {
        const id = parseId('session', sessionId);
        const session = id === null ? null : await records.sessions.session(id);
        if (
          session === null ||
          session.userId !== user.id ||
          session.state === 'ended' ||
          session.host === null
        )
          return failed(failure('SESSION_GONE'));
        const memberships = await records.safes.memberships(session.safeId);
        const why = withdrawal(subjectOf(user), memberships, session.safe, vault.now());
        if (why !== null) return failed(failure('ACCESS_DENIED', why));
        const permit = vault.permits.issue({
          kind: 'attach',
          userId: user.id,
          sessionId: session.id,
          host: session.host,
        });
        return done({ value: { permit, host: session.host } });
      }),
  };
}

interface Wish {
  readonly accountId: string;
  readonly reason: string | null;
  readonly shares: boolean;
  readonly lends: readonly Lendable[];
  readonly forward: Place | null;
  readonly listen: Place | null;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

async function connect(vault: Vault, person: Person, wish: Wish): Promise<Answer<'person.connect'>> {
  const { records, user, about } = person;
  const id = parseId('account', wish.accountId);
  const account = id === null ? null : await records.accounts.account(id);
  if (account === null) return failed(failure('NOT_FOUND', 'That account'));
  const memberships = await records.safes.memberships(account.safeId);
  const policy = await policyOf(vault, records, account);
  const forward = wish.forward === null ? null : forwardTo(wish.forward.host, wish.forward.port);
  if (wish.forward !== null && forward === null)
    return failed(failure('BAD_INPUT', 'that is no place to forward to'));
  const listen = wish.listen === null ? null : listenAt(wish.listen.host, wish.listen.port);
  if (wish.listen !== null && (listen === null || forward !== null))
    return failed(failure('BAD_INPUT', 'that is no place to listen at'));
  const said = judgeConnection(
    {
      ...accessQuestion(vault, user, account, memberships, policy),
      sessions: await sessionsNow(vault, records, user),
    },
    policy.values,
    { reason: wish.reason, forward, listen },
  );
  const where = {
    safe: account.safe,
    account: accountName(account),
    target: `${account.address}:${portOf(account)}`,
    stage: 0,
  };
  if (said.kind === 'deny') {
    await vault.journal.append(records.audit, {
      ...about,
      ...where,
      action: 'sessionStage',
      outcome: 'failure',
      code: said.code,
      detail: said.because,
    });
    return failed(failure(said.code, said.because));
  }
  const psmgw = await records.components.component('PSMGW');
  const why = psmgw?.disabled === true ? 'PSMGW is disabled' : vault.components.trouble('PSMGW');
  const hostKey = await records.accounts.hostKey(account.address, portOf(account));
  const lending = judgeLending(policy.values, wish.lends);
  const share = !wish.shares
    ? null
    : shareOf(
        person.ticket,
        account,
        { address: account.address, port: portOf(account), hostKey },
        lending.lent,
      );
  const hosts = psmgw?.disabled === true ? [] : await hostsFor(vault, person, share);
  if (hosts.length === 0) {
    await vault.journal.append(records.audit, {
      ...about,
      ...where,
      stage: 1,
      action: 'sessionStage',
      outcome: 'failure',
      code: 'SESSION_HOST_UNAVAILABLE',
      detail: why ?? 'none is connected',
    });
    return failed(noHost(why));
  }
  const session = await grant(vault, person, account, {
    reason: wish.reason,
    forward: listen !== null ? listenText(listen) : forward === null ? null : forwardText(forward),
  });
  if (session === null) return failed(failure('INTEGRITY', `safe ${RECORDING_SAFE} is missing`));
  await vault.journal.append(records.audit, {
    ...aboutSession(session),
    gateway: 'PVWAGW',
    action: 'sessionStage',
    outcome: 'ok',
    stage: 0,
    detail: [...said.reasons, ...wishWords(session), ...lendingWords(lending)].join('; '),
  });
  const permit = vault.permits.issue({
    kind: 'connect',
    userId: user.id,
    accountId: account.id,
    sessionId: session.id,
    address: session.address,
    port: session.port,
    hostKey,
    share,
    lends: wish.lends,
  });
  const [host] = hosts;
  if (share !== null && host !== undefined)
    vault.sharedLogins.granted(share, {
      ticket: person.ticket.hash,
      userId: user.id,
      accountId: account.id,
      host,
    });
  const value: Permitted = { permit, sessionId: session.id, account: session.account, hosts };
  return done({ value });
}

/** `why`: what keeps session hosts from logging in as PSMGW, when that is known. */
function noHost(why: string | null): Failure {
  const because = failure('SESSION_HOST_UNAVAILABLE', why ?? 'none is connected to the vault');
  if (why === null) return because;
  const command = why === 'PSMGW is disabled' ? 'component enable' : 'credfile resync';
  return { ...because, next: `On the bastion: postern ${command} PSMGW` };
}

async function grant(
  vault: Vault,
  { records, user, ticket }: Person,
  account: StoredAccount,
  wish: Pick<StoredSession, 'reason' | 'forward'>,
): Promise<StoredSession | null> {
  const recordingSafe = await records.safes.safeByName(RECORDING_SAFE);
  if (recordingSafe === null) return null;
  const session: StoredSession = {
    id: makeId('session', vault.random(20)),
    userId: user.id,
    user: user.name,
    from: ticket.from,
    accountId: account.id,
    account: accountName(account),
    targetUser: account.user,
    address: account.address,
    port: portOf(account),
    safeId: account.safeId,
    safe: account.safe,
    recordingSafeId: recordingSafe.id,
    recordingSafe: recordingSafe.name,
    startedAt: vault.now(),
    endedAt: null,
    state: 'connecting',
    host: null,
    isolation: vault.settings.isolation.level,
    stage: 0,
    failedStage: null,
    ending: null,
    offeredKey: null,
    keyDecision: null,
    ...wish,
  };
  await records.sessions.addSession(session);
  await records.accounts.setUsed(user.id, account.id, vault.now());
  return session;
}

/** The connected session hosts: the one that may hold a login for this session first, then by how few sessions they have. */
async function hostsFor(vault: Vault, { records }: Person, share: string | null): Promise<readonly number[]> {
  const load = new Map<number, number>();
  for (const { host } of await records.sessions.open())
    if (host !== null) load.set(host, (load.get(host) ?? 0) + 1);
  const held = share === null ? null : vault.sharedLogins.hostOf(share);
  const weight = (host: number): number => (host === held ? -1 : (load.get(host) ?? 0));
  return vault.hosts.numbers().toSorted((a, b) => weight(a) - weight(b));
}
