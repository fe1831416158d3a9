import type { CallArgs } from '#/contract/calls.js';
import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { fingerprint, type HostKey } from '#/domain/host-key.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { portOf } from '../access.js';
import { findAccount } from '../find-account.js';
import { accountProblems, addAccount, isThere } from '../new-account.js';
import type { StoredAccount } from '../records/accounts.js';
import type { Records } from '../records/records.js';
import { accountAdminRow } from '../rows.js';
import { placeOfAccount, putSecret, takeSecret } from '../secrets.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.account.add'
  | 'admin.account.list'
  | 'admin.account.show'
  | 'admin.account.update'
  | 'admin.account.delete';

/** Accounts, as the console manages them. */
export function adminAccountCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  return {
    'admin.account.add': (args, _asking, secret) => add(vault, args, secret),
    'admin.account.list': ({ safe: name }) =>
      store.transaction(async (records) => {
        const safe = name === undefined ? undefined : await records.safes.safeByName(name);
        if (safe === null) return failed(failure('NOT_FOUND', `Safe ${name ?? ''}`));
        const rows = [];
        for (const account of await records.accounts.accounts(safe?.id))
          rows.push(await rowOf(records, account));
        return done({ value: rows });
      }),
    'admin.account.show': ({ account: text }) =>
      store.transaction(async (records) => {
        const found = await findAccount(records, text);
        return found.ok ? done({ value: await rowOf(records, found.value) }) : found;
      }),
    'admin.account.update': (args, _asking, secret) => update(vault, args, secret),
    'admin.account.delete': ({ account: text }) =>
      store.transaction(async (records) => {
        const found = await findAccount(records, text);
        if (!found.ok) return found;
        await records.accounts.deleteAccount(found.value.id);
        await note(vault, records, found.value, 'deleted');
        return done({ value: null });
      }),
  };
}

async function add(
  vault: Vault,
  args: CallArgs<'admin.account.add'>,
  secret: Buffer,
): Promise<Answer<'admin.account.add'>> {
  const [problem] = accountProblems(args, { kind: args.secretKind, payload: secret });
  if (problem !== undefined) return failed(failure('BAD_INPUT', problem.why));
  return await vault.store.transaction(async (records) => {
    const safe = await records.safes.safeByName(args.safe);
    if (safe === null) return failed(failure('NOT_FOUND', `Safe ${args.safe}`));
    if (safe.builtIn) return failed(failure('DENIED', `safe ${safe.name} is the vault's own`));
    const { platform, user, address, port, secretKind, hostKey } = args;
    const added = await addAccount(
      vault,
      records,
      safe,
      { platform, user, address, port, secretKind, hostKey },
      secret,
      CONSOLE.actor,
    );
    if (!added.ok) return added;
    await note(vault, records, added.value, `added with a ${secretKind}`);
    if (hostKey !== null) await noteKey(vault, records, added.value, hostKey);
    return done({ value: await rowOf(records, added.value) });
  });
}

async function update(
  vault: Vault,
  args: CallArgs<'admin.account.update'>,
  secret: Buffer,
): Promise<Answer<'admin.account.update'>> {
  return await vault.store.transaction(async (records) => {
    const found = await findAccount(records, args.account);
    if (!found.ok) return found;
    const before = found.value;
    const after: StoredAccount = {
      ...before,
      user: args.user ?? before.user,
      address: args.address ?? before.address,
      port: args.port === undefined ? before.port : args.port,
      secretKind: args.secretKind ?? before.secretKind,
      disabledWhy: args.disabledWhy === undefined ? before.disabledWhy : args.disabledWhy,
      secretVersion: before.secretVersion + 1,
    };
    if (secret.length === 0 && after.secretKind !== before.secretKind)
      return failed(failure('BAD_INPUT', 'another kind of secret needs the secret'));
    const [problem] = accountProblems(
      { ...after, hostKey: args.hostKey ?? null },
      secret.length === 0 ? null : { kind: after.secretKind, payload: secret },
    );
    if (problem !== undefined) return failed(failure('BAD_INPUT', problem.why));
    if (await isThere(records, after))
      return failed(failure('ALREADY_EXISTS', `Account ${accountName(after)} in safe ${after.safe}`));
    const stored = await reseal(vault, records, { before, after, secret });
    if (!stored.ok) return stored;
    await records.accounts.changeAccount(after);
    const changed = Object.entries(args)
      .filter(([key, value]) => key !== 'account' && key !== 'hostKey' && value !== undefined)
      .map(([key]) => key);
    await note(
      vault,
      records,
      after,
      `changed: ${[...changed, ...(secret.length > 0 ? ['secret'] : [])].join(', ')}; secret version ${after.secretVersion}`,
    );
    await setHostKey(vault, records, after, args.hostKey);
    return done({ value: await rowOf(records, after) });
  });
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
  account: StoredAccount,
  key: HostKey | null | undefined,
): Promise<void> {
  if (key === undefined) return;
  if (key === null) await records.accounts.unpinHostKey(account.address, portOf(account));
  else await records.accounts.pinHostKey(account.address, portOf(account), key, CONSOLE.actor, vault.now());
  await noteKey(vault, records, account, key);
}

async function rowOf(records: Records, account: StoredAccount) {
  return accountAdminRow(account, await records.accounts.hostKey(account.address, portOf(account)));
}

async function note(vault: Vault, records: Records, account: StoredAccount, detail: string): Promise<void> {
  await vault.journal.append(records.audit, {
    ...CONSOLE,
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
  account: StoredAccount,
  key: HostKey | null,
): Promise<void> {
  const detail = key === null ? 'host key forgotten' : `pinned ${fingerprint(key)}`;
  await vault.journal.append(records.audit, {
    ...CONSOLE,
    action: 'hostKeyChanged',
    outcome: 'ok',
    safe: account.safe,
    account: accountName(account),
    target: `${account.address}:${portOf(account)}`,
    detail,
  });
}
