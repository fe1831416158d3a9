import type { LoggedIn } from '#/contract/calls.js';
import type { AccountRow } from '#/contract/rows.js';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import { accountOf, type DirectOptions } from './account-of.js';
import { type OpenedSession, openSession, type SessionWish } from './open-session.js';

export type NamedWish = Omit<SessionWish, 'account'>;

/** 'unnamed': the lines that say why the user name means no account. */
type Named =
  | { readonly kind: 'opened'; readonly session: OpenedSession }
  | { readonly kind: 'unnamed'; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * What the user name of a connection meant when its first channel was opened. The vault holds it against what the account is now, so
 * it need not search thousands of them for each of a hundred commands.
 */
const meant = new WeakMap<LoggedIn, AccountRow>();

/** Opens a session on the account that the user name means. */
export async function openNamed(
  visit: Pick<DirectVisit, 'login' | 'target' | 'forgotten'>,
  options: DirectOptions,
  wish: NamedWish,
): Promise<Named> {
  const { login } = visit;
  const known = meant.get(login);
  if (known !== undefined) {
    const opened = await openSession(visit, options, { ...wish, account: known });
    if (opened.ok) return named(opened);
    meant.delete(login);
    // it is gone, or another one than it was: nothing was asked for, and the name may mean something else
    if (opened.failure.code !== 'NOT_FOUND') return named(opened);
  }
  const account = await accountOf(visit, options);
  if (!account.ok) return { kind: 'unnamed', lines: account.failure };
  const opened = await openSession(visit, options, { ...wish, account: account.value });
  if (opened.ok) meant.set(login, account.value);
  return named(opened);
}

function named(opened: Outcome<OpenedSession>): Named {
  return opened.ok ? { kind: 'opened', session: opened.value } : { kind: 'refused', failure: opened.failure };
}
