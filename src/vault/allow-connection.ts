import type { Permitted } from '#/contract/calls.js';
import { accountName } from '#/domain/account.js';
import { type FailureCode, failure } from '#/domain/failure.js';
import { forwardText, forwardTo, listenAt, listenText } from '#/domain/forward-pattern.js';
import { makeId, parseId } from '#/domain/ids.js';
import type { Lendable } from '#/domain/lending.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { judgeConnection } from '#/policy/judge-connection.js';
import { judgeLending, lendingWords } from '#/policy/lending.js';
import { accessQuestion, portOf, sessionsNow } from './access.js';
import type { Person } from './persons.js';
import { policyOf } from './policy-book.js';
import type { StoredAccount } from './records/accounts.js';
import type { SessionPlace, StoredSession } from './records/sessions.js';
import { aboutSession, wishWords } from './session-life.js';
import { shareOf } from './shared-logins.js';
import type { Answer, Vault } from './vault.js';

export const RECORDING_SAFE = 'PSMRecordings';

/** What somebody asks for when he connects to an account. */
interface Wish {
  readonly accountId: string;
  /** What the person called it by, when he did not choose it from a list. */
  readonly named: { readonly user: string; readonly address: string; readonly port: number } | null;
  readonly reason: string | null;
  /** Whether it may use a login at the target together with his other channels. */
  readonly shares: boolean;
  readonly lends: readonly Lendable[];
  readonly forward: Place | null;
  readonly listen: Place | null;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

type Places = Parameters<typeof judgeConnection>[2];

/** Stage 0: judges, writes down what was judged, and gives a permit for one session at one account. */
export async function allowConnection(
  vault: Vault,
  person: Person,
  wish: Wish,
): Promise<Answer<'person.connect'>> {
  const { records, user } = person;
  const id = parseId('account', wish.accountId);
  const account = id === null ? null : await records.accounts.account(id);
  if (account === null || !isNamed(account, wish.named)) return failed(failure('NOT_FOUND', 'That account'));
  const places = wishedPlaces(wish);
  if (!places.ok) return places;
  const memberships = await records.safes.memberships(account.safeId);
  const policy = await policyOf(vault, records, account);
  const open = await records.sessions.places();
  const said = judgeConnection(
    {
      ...accessQuestion(vault, user, account, memberships, policy),
      sessions: sessionsNow(vault, open, user),
    },
    policy.values,
    { reason: wish.reason, ...places.value },
  );
  if (said.kind === 'deny') return await refuse(vault, person, account, { stage: 0, ...said });

  const lending = judgeLending(policy.values, vault.settings.isolation.level, wish.lends);
  const hostKey = await records.accounts.hostKey(account.address, portOf(account));
  const target = { address: account.address, port: portOf(account), hostKey };
  // a target does not say for which session of a login it opens a window
  const shares = wish.shares && !lending.lent.includes('x11');
  const share = shares ? shareOf(person.ticket, account, target, lending.lent) : null;
  const hosts = await hostsFor(vault, person, open, share);
  if ('because' in hosts) return await refuse(vault, person, account, hosts);

  const session = await addSession(vault, person, account, {
    reason: wish.reason,
    forward: placesText(places.value),
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
    ...target,
    share,
    lending,
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

function isNamed(account: StoredAccount, named: Wish['named']): boolean {
  if (named === null) return true;
  const { user, address, port } = named;
  return account.user === user && account.address === address && portOf(account) === port;
}

/** In canonical form: what is judged is what is opened. */
function wishedPlaces(wish: Wish): Outcome<Pick<Places, 'forward' | 'listen'>> {
  const forward = wish.forward === null ? null : forwardTo(wish.forward.host, wish.forward.port);
  if (wish.forward !== null && forward === null)
    return failed(failure('BAD_INPUT', 'that is no place to forward to'));
  const listen = wish.listen === null ? null : listenAt(wish.listen.host, wish.listen.port);
  if (wish.listen !== null && (listen === null || forward !== null))
    return failed(failure('BAD_INPUT', 'that is no place to listen at'));
  return done({ forward, listen });
}

function placesText({ forward, listen }: Pick<Places, 'forward' | 'listen'>): string | null {
  if (listen !== null) return listenText(listen);
  return forward === null ? null : forwardText(forward);
}

interface Refusal {
  readonly stage: number;
  readonly code: FailureCode;
  readonly because: string;
  /** What to do, where it is known better than from the code. */
  readonly next?: string;
}

/** Nothing was opened: that he asked and why not stands in the audit. */
async function refuse(
  vault: Vault,
  { records, about }: Person,
  account: StoredAccount,
  { stage, code, because, next }: Refusal,
): Promise<Answer<'person.connect'>> {
  await vault.journal.append(records.audit, {
    ...about,
    safe: account.safe,
    account: accountName(account),
    target: `${account.address}:${portOf(account)}`,
    stage,
    action: 'sessionStage',
    outcome: 'failure',
    code,
    detail: because,
  });
  const refused = failure(code, because);
  return failed(next === undefined ? refused : { ...refused, next });
}

/** The connected session hosts: the one that may hold a login for this session first, then by how few sessions they have. */
async function hostsFor(
  vault: Vault,
  { records }: Person,
  open: readonly SessionPlace[],
  share: string | null,
): Promise<readonly number[] | Refusal> {
  const psmgw = await records.components.component('PSMGW');
  if (psmgw?.disabled === true) return noHost('PSMGW is disabled', 'component enable');
  const load = new Map<number, number>();
  for (const { host } of open) if (host !== null) load.set(host, (load.get(host) ?? 0) + 1);
  const held = share === null ? null : vault.sharedLogins.hostOf(share);
  const weight = (host: number): number => (host === held ? -1 : (load.get(host) ?? 0));
  const hosts = vault.hosts.numbers().toSorted((a, b) => weight(a) - weight(b));
  if (hosts.length > 0) return hosts;
  const why = vault.components.trouble('PSMGW');
  return noHost(why ?? 'none is connected to the vault', why === null ? null : 'credfile resync');
}

/** `command`: what mends it, where it is known what keeps session hosts from logging in as PSMGW. */
function noHost(because: string, command: string | null): Refusal {
  const refusal = { stage: 1, code: 'SESSION_HOST_UNAVAILABLE', because } as const;
  return command === null ? refusal : { ...refusal, next: `On the bastion: postern ${command} PSMGW` };
}

async function addSession(
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
