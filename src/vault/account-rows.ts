import type { AccountRow } from '#/contract/rows.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { effectivePermissions, type Membership } from '#/policy/grants.js';
import type { ResolvedPolicy } from '#/policy/resolve.js';
import { portOf, verdict } from './access.js';
import { hostKeyPlace } from './host-key-place.js';
import { type Person, subjectOf } from './persons.js';
import { particulars, readPolicyBook } from './policy-book.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

/** Accounts that the person may list, of all or of `accounts`; those that he may not use say why. */
export async function accountRows(
  vault: Vault,
  { records, user }: Pick<Person, 'records' | 'user'>,
  accounts?: readonly StoredAccount[],
): Promise<readonly AccountRow[]> {
  const keyOf = await readHostKeys(records, accounts);
  const uses = new Map((await records.accounts.uses(user.id)).map((use) => [use.accountId, use]));
  const policyOf = await readPolicyBook(vault, records);
  const said = new Map<ResolvedPolicy, readonly string[]>();
  const sights = new Map<string, Sight>();
  const rows: AccountRow[] = [];
  for (const account of accounts ?? (await records.accounts.accounts())) {
    const sight = sights.get(account.safeId) ?? sightOf(await records.safes.memberships(account.safeId));
    sights.set(account.safeId, sight);
    if (!sight.mayList) continue;
    const policy = policyOf(account);
    const judged = verdict(vault, user, account, sight.memberships, policy);
    const { id, safe, platform, secretKind, address } = account;
    const port = portOf(account);
    const use = uses.get(id);
    rows.push({
      id,
      safe,
      user: account.user,
      address,
      port,
      platform,
      secretKind,
      usable: judged.kind === 'permit',
      why: judged.kind === 'permit' ? null : judged.because,
      favourite: use?.favourite ?? false,
      lastUsedAt: use?.lastUsedAt ?? null,
      hostKeyFingerprint: printOf(await keyOf(address, port)),
      mayPinHostKey: sight.mayPin,
      reasonRequired: policy.values.reasonRequired,
      policy: saidOf(policy),
    });
  }
  return rows;

  /** Most accounts share what is said of them. */
  function saidOf(policy: ResolvedPolicy): readonly string[] {
    const known = said.get(policy) ?? particulars(policy);
    said.set(policy, known);
    return known;
  }

  function sightOf(memberships: readonly Membership[]): Sight {
    const held = effectivePermissions(subjectOf(user), memberships, vault.now());
    return { memberships, mayList: held.has('listAccounts'), mayPin: held.has('updateAccountProperties') };
  }
}

type KeyOf = (address: string, port: number) => HostKey | null | Promise<HostKey | null>;

/** More than so many are read all at once. */
const FEW = 20;

async function readHostKeys(
  { accounts }: Pick<Records, 'accounts'>,
  of: readonly StoredAccount[] | undefined,
): Promise<KeyOf> {
  if (of !== undefined && of.length <= FEW) return (address, port) => accounts.hostKey(address, port);
  const all = (await accounts.hostKeys()).map(
    ({ address, port, key }) => [hostKeyPlace(address, port), key] as const,
  );
  const keys = new Map(all);
  return (address, port) => keys.get(hostKeyPlace(address, port)) ?? null;
}

interface Sight {
  readonly memberships: readonly Membership[];
  readonly mayList: boolean;
  readonly mayPin: boolean;
}

function printOf(key: HostKey | null): string | null {
  return key === null ? null : fingerprint(key);
}
