import { encodeSecretPayload } from '#/contract/secret-payload.js';
import { failure } from '#/domain/failure.js';
import { type AccountId, makeId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { secretProblem } from '../check-secret.js';
import type { StoredAccount } from '../records/accounts.js';
import type { Records } from '../records/records.js';
import { placeOfAccount, putSecret } from '../secrets.js';
import type { Vault } from '../vault.js';
import { bindSecret } from './ask-directory.js';

const SAFE = 'VaultInternal';

/** Puts a directory's bind user into VaultInternal. Nobody connects to such an account: its platform has no sessions. */
export async function addBindAccount(
  vault: Vault,
  records: Records,
  bind: { readonly directory: string; readonly dn: string; readonly password: Buffer },
): Promise<Outcome<AccountId>> {
  const why = dnProblem(bind.dn);
  if (why !== null) return failed(failure('BAD_INPUT', why));
  const payload = encodeSecretPayload(bind.password, Buffer.alloc(0));
  const bad = secretProblem('password', payload);
  if (bad !== null) return failed(failure('BAD_INPUT', `the bind user: ${bad}`));
  const safe = await records.safes.safeByName(SAFE);
  if (safe === null) return failed(failure('INTEGRITY', `there is no safe ${SAFE}`));
  const account: StoredAccount = {
    id: makeId('account', vault.random(20)),
    safeId: safe.id,
    safe: safe.name,
    user: bind.dn,
    address: bind.directory,
    port: null,
    ...{ platform: 'LDAP', base: 'LDAP', platformPort: 0 },
    secretKind: 'password',
    secretVersion: 1,
    disabledWhy: null,
  };
  await records.accounts.addAccount(account);
  const put = await putSecret(vault, records.accounts, placeOfAccount(safe, account), payload);
  payload.fill(0);
  return put.ok ? done(account.id) : put;
}

/** Another DN, another password, or both. Its secret is sealed anew, as a new version. */
export async function changeBindAccount(
  vault: Vault,
  records: Records,
  id: AccountId,
  change: { readonly dn?: string | undefined; readonly password: Buffer },
): Promise<Outcome<null>> {
  const before = await records.accounts.account(id);
  const safe = before === null ? null : await records.safes.safe(before.safeId);
  if (before === null || safe === null) return failed(failure('NOT_FOUND', 'The bind user in VaultInternal'));
  const why = change.dn === undefined ? null : dnProblem(change.dn);
  if (why !== null) return failed(failure('BAD_INPUT', why));
  const after = { ...before, user: change.dn ?? before.user, secretVersion: before.secretVersion + 1 };
  const old = await bindSecret(vault, records, before);
  if (!old.ok && change.password.length === 0) return old;
  const payload =
    change.password.length > 0
      ? encodeSecretPayload(change.password, Buffer.alloc(0))
      : Buffer.from(old.ok ? old.value.exposeSecret() : Buffer.alloc(0));
  if (old.ok) old.value.wipe();
  const bad = secretProblem('password', payload);
  if (bad !== null) return failed(failure('BAD_INPUT', `the bind user: ${bad}`));
  const put = await putSecret(vault, records.accounts, placeOfAccount(safe, after), payload);
  payload.fill(0);
  if (put.ok) await records.accounts.changeAccount(after);
  return put;
}

/** A name like EXTERNAL would make the library ask for a SASL mechanism. Active Directory takes user@domain and DOMAIN\user, too. */
function dnProblem(dn: string): string | null {
  if (/[\p{Cc}]/u.test(dn)) return 'the bind DN has a control character in it';
  return /[=@\\]/.test(dn) ? null : `"${dn}" is no distinguished name, such as cn=postern,dc=corp,dc=example`;
}
