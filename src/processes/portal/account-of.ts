import type { AccountRow } from '#/contract/rows.js';
import type { Delimiters } from '#/domain/destination.js';
import type { DirectVisit } from '#/door/direct-visit.js';
import type { VaultLink } from '../shared/vault-link.js';
import { alternatives } from './direct-words.js';
import { findDestination } from './find-destination.js';

export interface DirectOptions {
  readonly vault: VaultLink;
  readonly run: string;
  readonly delimiters: Delimiters;
}

type Lines = readonly string[];

/** The account that the user name means, or the lines that say why not. */
export async function accountOf(
  visit: Pick<DirectVisit, 'login' | 'target' | 'forgotten'>,
  { vault, delimiters }: DirectOptions,
): Promise<
  { readonly ok: true; readonly value: AccountRow } | { readonly ok: false; readonly failure: Lines }
> {
  const { login, target } = visit;
  const person = login.person.user;
  if (target === null)
    return no(
      ...alternatives({ kind: 'incomplete', accounts: [], more: 0 }, { person, target: NOTHING, delimiters }),
    );
  const needed = screenNeeded(visit);
  if (needed !== null) return no(needed);
  const found = await findDestination(vault, login.ticket, target, delimiters);
  if (!found.ok) {
    if (found.failure.code === 'NOT_LOGGED_IN') visit.forgotten();
    return no(`postern: ${found.failure.message} ${found.failure.next}`);
  }
  return found.value.kind === 'account'
    ? { ok: true, value: found.value.account }
    : no(...alternatives(found.value, { person, target, delimiters }));
}

const NOTHING = { kind: 'part', text: '', port: null } as const;

function no(...lines: Lines): { readonly ok: false; readonly failure: Lines } {
  return { ok: false, failure: lines };
}

/** What somebody has to do on a screen first. */
function screenNeeded({ login }: Pick<DirectVisit, 'login'>): string | null {
  const what =
    login.secondFactor !== 'done'
      ? 'A second factor must be enrolled'
      : login.mustChange
        ? 'A new password must be chosen'
        : null;
  return what === null ? null : `postern: ${what} first. Connect once with a terminal: ssh -t`;
}
