import type { FoundDestination } from '#/contract/direct-calls.js';
import type { AccountRow } from '#/contract/rows.js';
import { type Delimiters, printSshUser, type Target } from '#/domain/destination.js';
import { oneLine } from '#/domain/failure.js';

/** What was found when it is no one account. */
export type Unsettled = Exclude<FoundDestination, { readonly kind: 'account' }>;

export interface Typist {
  /** The vault user who is logged in. */
  readonly person: string;
  readonly target: Target;
  readonly delimiters: Delimiters;
}

/** Why an ssh user name leads to no account, in one sentence. */
export function whyUnsettled({ kind, accounts }: Unsettled, { target, delimiters }: Typist): string {
  const what = oneLine(targetName(target, delimiters));
  if (kind === 'ambiguous') return `${what} is more than one account.`;
  if (kind === 'none') {
    const hint = accounts.length === 0 ? 'Check the spelling.' : 'These are near.';
    return `There is no account ${what} that you may see. ${hint}`;
  }
  return what === '' ? 'The user name lacks the account.' : `${what} alone does not say which account.`;
}

/** The same, with the user names to type in its place. */
export function alternatives(found: Unsettled, typist: Typist): readonly string[] {
  const { accounts, more } = found;
  const names = accounts.map((row) => `  ${oneLine(exactName(row, accounts, typist))}${safeOf(row)}`);
  const form = printSshUser(
    {
      vaultUser: typist.person,
      target: { kind: 'account', user: 'TARGETUSER', domain: null, address: 'ADDRESS', port: null },
    },
    typist.delimiters,
  );
  return [
    `postern: ${whyUnsettled(found, typist)}`,
    ...(names.length === 0
      ? [`  The form is ${oneLine(form)}; the menu lists your accounts.`]
      : ['  Connect as:']),
    ...names,
    ...(more > 0 ? [`  and ${more} more: the menu lists them.`] : []),
  ];
}

/** What to look for in the menu. */
export function filterFor({ kind, accounts }: Unsettled, { target }: Typist): string {
  if (kind === 'none')
    return shared(accounts, (row) => row.address) ?? shared(accounts, (row) => row.user) ?? '';
  return target.kind === 'part' ? target.text : `${target.user} ${target.address}`;
}

function targetName(target: Target, delimiters: Delimiters): string {
  const vaultUser = '';
  return printSshUser({ vaultUser, target }, delimiters).slice(delimiters.parts.length);
}

/** The shortest user name that means this account and no other of the list; in the last resort by its id. */
function exactName(row: AccountRow, among: readonly AccountRow[], { person, delimiters }: Typist): string {
  const sameName = among.filter(
    (one) => one.user === row.user && one.address.toLowerCase() === row.address.toLowerCase(),
  );
  const port = sameName.length > 1 ? row.port : null;
  const target: Target =
    sameName.filter((one) => one.port === row.port).length > 1
      ? { kind: 'part', text: row.id, port: null }
      : { kind: 'account', user: row.user, domain: null, address: row.address, port };
  return printSshUser({ vaultUser: person, target }, delimiters);
}

function safeOf({ safe, usable }: AccountRow): string {
  return `  (safe ${oneLine(safe)}${usable ? '' : ', not to be used by you'})`;
}

function shared(rows: readonly AccountRow[], of: (row: AccountRow) => string): string | null {
  const [first, ...others] = rows.map((row) => of(row));
  return first !== undefined && others.every((one) => one.toLowerCase() === first.toLowerCase())
    ? first
    : null;
}
