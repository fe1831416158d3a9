import type { SessionGrant } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { readForward, readListen } from '#/domain/forward-pattern.js';
import type { Lent } from '#/domain/lending.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { judgeWish } from '#/policy/judge-connection.js';
import { judgeLendingAgain } from '#/policy/lending.js';
import { mayConnect, portOf } from './access.js';
import { sameKey } from './host-key-place.js';
import { makeRecordingKey, recipientOf } from './own-recording-key.js';
import type { PermitUse } from './permits.js';
import { policyOf } from './policy-book.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';
import type { StoredSession } from './records/sessions.js';
import type { placeOfAccount } from './secrets.js';
import type { Vault } from './vault.js';

interface Checked {
  readonly account: StoredAccount;
  readonly safe: Parameters<typeof placeOfAccount>[0];
}

/** Everything that the permit is bound to must be as it was, and the person must still be allowed. */
export async function checkGrant(
  vault: Vault,
  records: Records,
  session: StoredSession,
  used: PermitUse<'connect'>,
): Promise<Outcome<Checked>> {
  const refuse = (why: string) => failed(failure('PERMIT_REFUSED', why));
  if (!used.ok) return refuse(used.why);
  const { grant, rode } = used;
  // one that rode may learn only when it opens its channel that it needs a login of its own
  const waits = session.state === 'connecting' || (rode && session.state === 'running');
  if (!waits || session.failedStage !== null) return refuse('the session is not connecting any more');
  const [user, account] = [
    await records.people.user(session.userId),
    await records.accounts.account(session.accountId),
  ];
  if (user === null || user.id !== grant.userId) return refuse('the permit is for another person');
  if (account === null || account.id !== grant.accountId) return refuse('the permit is for another account');
  const moved = await movedSince(records, account, grant);
  if (moved !== null) return refuse(moved);
  const barred = vault.authentication.barred(user);
  if (barred !== null) return refuse(`user ${user.name} is ${barred}`);
  const said = await mayConnect(vault, records, user, account);
  if (said.kind === 'deny') return refuse(said.because);
  const { values } = await policyOf(vault, records, account);
  const wish = wishOf(session);
  if (wish === null) return refuse('what the session is for cannot be read');
  const unwished = judgeWish(values, { reason: session.reason, ...wish });
  if (unwished !== null) return refuse(unwished.because);
  const safe = await records.safes.safe(account.safeId);
  if (safe === null) return refuse('the safe is gone');
  return done({ account, safe });
}

/** What it is for beside the account; null: that cannot be read. */
function wishOf({ forward: text }: StoredSession): Pick<SessionGrant, 'forward' | 'listen'> | null {
  const [forward, listen] = text === null ? [null, null] : [readForward(text), readListen(text)];
  return text !== null && forward === null && listen === null ? null : { forward, listen };
}

type ConnectGrant = Extract<PermitUse<'connect'>, { readonly ok: true }>['grant'];

/** What of the target is not as it was when the permit was given. */
async function movedSince(
  records: Records,
  account: StoredAccount,
  grant: ConnectGrant,
): Promise<string | null> {
  if (account.address !== grant.address || portOf(account) !== grant.port)
    return 'the address of the account was changed';
  // a key pinned since, where none was known, is stricter than asking; any other change is not what was granted
  if (
    grant.hostKey === null ||
    sameKey(await records.accounts.hostKey(grant.address, grant.port), grant.hostKey)
  )
    return null;
  return 'the host key of the target was changed';
}

interface Granting {
  readonly account: StoredAccount;
  readonly rode: boolean;
  /** As the permit has it. */
  readonly lending: Lent;
}

export function lendingOf(used: PermitUse<'connect'>): Lent {
  return used.ok ? used.grant.lending : { lent: [], withheld: [] };
}

export async function grantOf(
  vault: Vault,
  records: Records,
  session: StoredSession,
  { account, rode, lending }: Granting,
): Promise<Outcome<SessionGrant>> {
  const recordingSafe = await records.safes.safe(session.recordingSafeId);
  if (recordingSafe?.recipient === undefined || recordingSafe.recipient === null)
    return failed(failure('INTEGRITY', `safe ${session.recordingSafe} has no recording key`));
  const { values: policy } = await policyOf(vault, records, account);
  // one that rode was granted before, and its tape may be open already: its key stays
  const own = await (rode ? recipientOf : makeRecordingKey)(vault, records, session, recordingSafe);
  if (!own.ok) return own;
  return done({
    sessionId: session.id,
    user: session.user,
    from: session.from,
    account: session.account,
    accountId: session.accountId,
    safe: session.safe,
    target: { user: session.targetUser, address: session.address, port: session.port },
    secretKind: account.secretKind,
    hostKey: await records.accounts.hostKey(session.address, session.port),
    policy,
    ...(wishOf(session) ?? { forward: null, listen: null }),
    lending: judgeLendingAgain(policy, session.isolation, lending),
    recording: { safe: recordingSafe.name, recipient: own.value.toString('base64') },
    isolation: session.isolation,
  });
}
