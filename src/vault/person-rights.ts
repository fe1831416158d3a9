import type { CallArgs, CallName } from '#/contract/calls.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { PERMISSIONS, type Permission, type VaultRight } from '#/domain/permission.js';
import { missingText } from '#/policy/explain.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import { type Person, subjectOf, withPerson } from './persons.js';
import type { StoredAccount } from './records/accounts.js';
import type { Safe } from './records/safes.js';
import type { Answer, Asking, Vault } from './vault.js';

/** What a call of a person takes. 'own': it is about the person himself, or decides row by row. */
export type Need =
  | { readonly on: 'own' }
  | { readonly on: 'account' | 'safe'; readonly all: readonly Permission[] }
  | { readonly on: 'vault'; readonly any: readonly VaultRight[] };

export type PersonCall = Extract<CallName, `person.${string}`>;

const own: Need = { on: 'own' };
const account = (...all: readonly Permission[]): Need => ({ on: 'account', all });
const safe = (...all: readonly Permission[]): Need => ({ on: 'safe', all });
const vaultRight = (...any: readonly VaultRight[]): Need => ({ on: 'vault', any });

/** Every call that is made for a person, and what it takes. One without a row here does not compile. */
export const PERSON_RIGHTS = {
  'person.login': own,
  'person.keyKnown': own,
  'person.loginByKey': own,
  'person.changePassword': own,
  'person.logout': own,
  'person.secondFactor.verify': own,
  'person.secondFactor.state': own,
  'person.secondFactor.begin': own,
  'person.secondFactor.confirm': own,
  'person.secondFactor.remove': own,
  'person.keys': own,
  'person.key.add': own,
  'person.key.remove': own,
  'person.accounts': own, // rows: listAccounts
  'person.destination': own, // rows: listAccounts
  'person.recordings': own, // rows: his own, and what he may monitor
  'person.sessions': own, // rows: his own, and what he may monitor or end
  'person.endSession': own, // his own, or as one of the terminators
  'person.reattach': own,
  'person.decideHostKey': own, // to pin it: updateAccountProperties
  'person.watch': own, // what he may monitor
  'person.suspendSession': own, // of others, by group (liveGroups.suspend)
  'person.resumeSession': own, // the same
  'person.messageSession': own, // who may suspend, end or control it
  'person.control': own, // what he may monitor, by group (liveGroups.control)
  'person.replay': own, // what he may monitor
  'person.recording.delete': own, // deleteAccounts on its recording safe
  'person.recording.hold': own, // manageSafe on its recording safe
  'person.search': own, // in what he may monitor
  'person.safes': own, // rows: safes that he is a member of
  'person.platforms': own, // names, as accounts have them
  'person.favourite': account('listAccounts'),
  'person.policy': account('listAccounts'),
  'person.explain': account('listAccounts'), // for himself
  'person.connect': account('useAccounts', 'listAccounts'),
  'person.approveHostKey': account('listAccounts', 'updateAccountProperties'),
  'person.account.retrieve': account('retrieveAccounts', 'listAccounts'),
  'person.account.add': safe('addAccounts'),
  'person.account.setSecret': account('updateAccountContent'),
  'person.account.setProperties': account('updateAccountProperties'),
  'person.account.rename': account('renameAccounts'),
  'person.account.delete': account('deleteAccounts'),
  'person.safe.rename': safe('manageSafe'),
  'person.safe.delete': safe('manageSafe'),
  'person.safe.audit': safe('viewAuditLog'),
  'person.members': safe('viewSafeMembers'),
  'person.member.put': safe('manageSafeMembers'),
  'person.member.remove': safe('manageSafeMembers'),
  'person.safe.add': vaultRight('addSafes'),
  'person.audit': vaultRight('auditUsers'),
  'person.users': vaultRight('addUpdateUsers', 'auditUsers', 'resetUsersPasswords', 'activateUsers'),
  'person.directories': vaultRight('manageDirectoryMapping'),
  'person.directory.map.add': vaultRight('manageDirectoryMapping'),
  'person.directory.map.remove': vaultRight('manageDirectoryMapping'),
  'person.directory.map.move': vaultRight('manageDirectoryMapping'),
  'person.directory.test': vaultRight('manageDirectoryMapping'),
  'person.groups': vaultRight('addUpdateUsers', 'auditUsers'),
  'person.group.add': vaultRight('addUpdateUsers'),
  'person.group.set': vaultRight('addUpdateUsers'),
  'person.group.member': vaultRight('addUpdateUsers'),
  'person.group.delete': vaultRight('addUpdateUsers'),
  'person.user.add': vaultRight('addUpdateUsers'),
  'person.user.set': vaultRight('addUpdateUsers'),
  'person.user.resetPassword': vaultRight('resetUsersPasswords'),
  'person.user.activate': vaultRight('activateUsers'),
  'person.user.secondFactor.reset': vaultRight('activateUsers'),
  'person.user.key.add': vaultRight('resetUsersPasswords'),
  'person.user.key.remove': vaultRight('resetUsersPasswords'),
} as const satisfies Record<PersonCall, Need>;

type Ticketed = {
  [K in PersonCall]: CallArgs<K> extends { readonly ticket: string } ? K : never;
}[PersonCall];
type OfSafe = { [K in Ticketed]: CallArgs<K> extends { readonly safe: string } ? K : never }[Ticketed];
type OfAccount = {
  [K in Ticketed]: CallArgs<K> extends { readonly accountId: string } ? K : never;
}[Ticketed];

/** A person with a safe in which he may do what he asked for. */
export interface InSafe extends Person {
  readonly safe: Safe;
  readonly memberships: readonly Membership[];
  readonly held: ReadonlySet<Permission>;
}

/** Runs `work` for somebody who holds what the table asks for on the named safe. */
export async function withSafeRight<K extends OfSafe>(
  vault: Vault,
  call: K,
  args: CallArgs<K> & { readonly ticket: string; readonly safe: string },
  asking: Asking,
  work: (person: InSafe) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await withPerson<K>(vault, { ticket: args.ticket, asking }, async (person) => {
    const found = await person.records.safes.safeByName(args.safe);
    const may = await admitted(vault, call, person, found, `Safe ${args.safe}`, null);
    return may.ok ? await work(may.value) : may;
  });
}

/** The same, for an account and the safe that it is in. */
export async function withAccountRight<K extends OfAccount>(
  vault: Vault,
  call: K,
  args: CallArgs<K> & { readonly ticket: string; readonly accountId: string },
  asking: Asking,
  work: (person: InSafe & { readonly account: StoredAccount }) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await withPerson<K>(vault, { ticket: args.ticket, asking }, async (person) => {
    const id = parseId('account', args.accountId);
    const stored = id === null ? null : await person.records.accounts.account(id);
    const found = stored === null ? null : await person.records.safes.safe(stored.safeId);
    const may = await admitted(vault, call, person, found, 'That account', stored);
    if (!may.ok) return may;
    if (stored === null) return failed(failure('NOT_FOUND', 'That account'));
    return await work({ ...may.value, account: stored });
  });
}

/** The same, for a right on the vault itself: one of those in the table is enough. */
export async function withVaultRight<K extends Ticketed>(
  vault: Vault,
  call: K,
  args: CallArgs<K> & { readonly ticket: string },
  asking: Asking,
  work: (person: Person) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  const need: Need = PERSON_RIGHTS[call];
  return await withPerson<K>(vault, { ticket: args.ticket, asking }, async (person) => {
    const any: readonly VaultRight[] = need.on === 'vault' ? need.any : [];
    if (any.some((right) => person.user.rights.includes(right))) return await work(person);
    return await refuse(vault, person, call, `${any.join(' or ')} is missing`, null, null);
  });
}

/** Who is no member at all does not learn that there is such a safe or account. */
async function admitted(
  vault: Vault,
  call: PersonCall,
  person: Person,
  found: Safe | null,
  what: string,
  stored: StoredAccount | null,
): Promise<Outcome<InSafe>> {
  if (found === null) return failed(failure('NOT_FOUND', what));
  const memberships = await person.records.safes.memberships(found.id);
  const held = effectivePermissions(subjectOf(person.user), memberships, vault.now());
  const need: Need = PERSON_RIGHTS[call];
  const all: readonly Permission[] = need.on === 'safe' || need.on === 'account' ? need.all : PERMISSIONS;
  const missing = all.filter((one) => !held.has(one));
  if (missing.length === 0) return { ok: true, value: { ...person, safe: found, memberships, held } };
  const because = missingText(missing, found.name);
  const denied = await refuse(vault, person, call, because, found, stored);
  const sees = stored === null ? held.size > 0 : held.has('listAccounts');
  return sees ? denied : failed(failure('NOT_FOUND', what));
}

async function refuse(
  vault: Vault,
  { records, about }: Person,
  call: PersonCall,
  because: string,
  where: Safe | null,
  stored: StoredAccount | null,
): Promise<{ readonly ok: false; readonly failure: ReturnType<typeof failure> }> {
  await vault.journal.append(records.audit, {
    ...about,
    action: 'rightMissing',
    outcome: 'failure',
    safe: where?.name ?? null,
    account: stored === null ? null : `${stored.user}@${stored.address}`,
    code: 'DENIED',
    detail: `${call.slice('person.'.length)}: ${because}`,
  });
  return failed(failure('DENIED', because));
}
