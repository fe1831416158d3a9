import { accountName, type SecretKind } from '#/domain/account.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { portOf } from './access.js';
import { accountProblems, addAccount, isThere, type NewAccount, placeOfPlatform } from './new-account.js';
import type { StoredAccount } from './records/accounts.js';
import type { Records } from './records/records.js';
import type { Safe } from './records/safes.js';
import { placeOfAccount, putSecret, takeSecret } from './secrets.js';
import type { Doer, Vault } from './vault.js';

/** What is to be different; what is not named stays. */
export interface AccountChange {
  readonly user?: string | undefined;
  readonly address?: string | undefined;
  readonly port?: number | null | undefined;
  readonly platform?: string | undefined;
  readonly secretKind?: SecretKind | undefined;
  readonly disabledWhy?: string | null | undefined;
  /** Null: forget the one that is pinned. */
  readonly hostKey?: HostKey | null | undefined;
}

/** Adds an account to a safe, for whoever may. */
export async function newAccount(
  vault: Vault,
  records: Records,
  doer: Doer,
  safe: Safe,
  wanted: NewAccount,
  secret: Buffer,
): Promise<Outcome<StoredAccount>> {
  const [problem] = accountProblems(wanted, { kind: wanted.secretKind, payload: secret });
  if (problem !== undefined) return failed(failure('BAD_INPUT', problem.why));
  if (safe.builtIn) return failed(denied(`safe ${safe.name} is the vault's own`, 'builtIn'));
  const added = await addAccount(vault, records, safe, wanted, secret, doer.actor);
  if (!added.ok) return added;
  await note(vault, records, doer, added.value, `added with a ${wanted.secretKind}`);
  if (wanted.hostKey !== null) await noteKey(vault, records, doer, added.value, wanted.hostKey);
  return added;
}

/** Changes an account, for whoever may. `secret` empty: the old one stays, sealed anew for what it is bound to. */
export async function changeAccount(
  vault: Vault,
  records: Records,
  doer: Doer,
  before: StoredAccount,
  change: AccountChange,
  secret: Buffer,
): Promise<Outcome<StoredAccount>> {
  const platform = change.platform === undefined ? done({}) : await placeOfPlatform(records, change.platform);
  if (!platform.ok) return platform;
  const after = { ...changed(before, change), ...platform.value };
  if (secret.length === 0 && after.secretKind !== before.secretKind)
    return failed(failure('BAD_INPUT', 'another kind of secret needs the secret'));
  const [problem] = accountProblems(
    { ...after, hostKey: change.hostKey ?? null },
    secret.length === 0 ? null : { kind: after.secretKind, payload: secret },
  );
  if (problem !== undefined) return failed(failure('BAD_INPUT', problem.why));
  if (await isThere(records, after))
    return failed(failure('ALREADY_EXISTS', `Account ${accountName(after)} in safe ${after.safe}`));
  const stored = await reseal(vault, records, { before, after, secret });
  if (!stored.ok) return stored;
  await records.accounts.changeAccount(after);
  await note(vault, records, doer, after, changeText(before, after, change, secret.length > 0));
  await setHostKey(vault, records, doer, after, change.hostKey);
  return done(after);
}

export async function deleteAccount(
  vault: Vault,
  records: Records,
  doer: Doer,
  account: StoredAccount,
): Promise<void> {
  await records.accounts.deleteAccount(account.id);
  await note(vault, records, doer, account, 'deleted');
}

function changed(before: StoredAccount, change: AccountChange): StoredAccount {
  return {
    ...before,
    user: change.user ?? before.user,
    address: change.address ?? before.address,
    port: change.port === undefined ? before.port : change.port,
    secretKind: change.secretKind ?? before.secretKind,
    disabledWhy: change.disabledWhy === undefined ? before.disabledWhy : change.disabledWhy,
    secretVersion: before.secretVersion + 1,
  };
}

function changeText(
  before: StoredAccount,
  after: StoredAccount,
  change: AccountChange,
  newSecret: boolean,
): string {
  const names = Object.entries(change)
    .filter(([name, value]) => name !== 'hostKey' && value !== undefined)
    .map(([name]) => name);
  const was = accountName(before) === accountName(after) ? '' : ` (was ${accountName(before)})`;
  return `changed: ${[...names, ...(newSecret ? ['secret'] : [])].join(', ')}${was}; secret version ${after.secretVersion}`;
}

interface Change {
  readonly before: StoredAccount;
  readonly after: StoredAccount;
  /** Empty: the old one stays. */
  readonly secret: Buffer;
}

/** A secret is bound to its account's user and address: whoever changes them has it sealed anew, as a new version. */
async function reseal(
  vault: Vault,
  records: Records,
  { before, after, secret }: Change,
): Promise<Outcome<null>> {
  const safe = await records.safes.safe(before.safeId);
  if (safe === null) return failed(failure('NOT_FOUND', `Safe ${before.safe}`));
  const place = placeOfAccount(safe, after);
  if (secret.length > 0) return await putSecret(vault, records.accounts, place, secret);
  const old = await takeSecret(vault, records.accounts, placeOfAccount(safe, before));
  if (!old.ok) return old;
  const put = await putSecret(vault, records.accounts, place, old.value.exposeSecret());
  old.value.wipe();
  return put;
}

async function setHostKey(
  vault: Vault,
  records: Records,
  doer: Doer,
  account: StoredAccount,
  key: HostKey | null | undefined,
): Promise<void> {
  if (key === undefined) return;
  if (key === null) await records.accounts.unpinHostKey(account.address, portOf(account));
  else await records.accounts.pinHostKey(account.address, portOf(account), key, doer.actor, vault.now());
  await noteKey(vault, records, doer, account, key);
}

async function note(
  vault: Vault,
  records: Records,
  doer: Doer,
  account: StoredAccount,
  detail: string,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'accountChanged',
    outcome: 'ok',
    safe: account.safe,
    account: accountName(account),
    detail,
  });
}

async function noteKey(
  vault: Vault,
  records: Records,
  doer: Doer,
  account: StoredAccount,
  key: HostKey | null,
): Promise<void> {
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'hostKeyChanged',
    outcome: 'ok',
    safe: account.safe,
    account: accountName(account),
    target: `${account.address}:${portOf(account)}`,
    detail: key === null ? 'host key forgotten' : `pinned ${fingerprint(key)}`,
  });
}
