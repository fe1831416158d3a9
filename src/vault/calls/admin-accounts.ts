import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { portOf } from '../access.js';
import { changeAccount, deleteAccount, newAccount } from '../change-account.js';
import { findAccount } from '../find-account.js';
import type { StoredAccount } from '../records/accounts.js';
import type { Records } from '../records/records.js';
import { retrieveSecret } from '../retrieve-secret.js';
import { accountAdminRow } from '../rows.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.account.add'
  | 'admin.account.list'
  | 'admin.account.show'
  | 'admin.account.update'
  | 'admin.account.retrieve'
  | 'admin.account.delete';

/** Accounts, as the console manages them. */
export function adminAccountCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  return {
    'admin.account.add': ({ safe: name, ...wanted }, _asking, secret) =>
      store.transaction(async (records) => {
        const safe = await records.safes.safeByName(name);
        if (safe === null) return failed(failure('NOT_FOUND', `Safe ${name}`));
        const added = await newAccount(vault, records, CONSOLE, safe, wanted, secret);
        return added.ok ? done({ value: await rowOf(records, added.value) }) : added;
      }),
    'admin.account.list': ({ safe: name }) =>
      store.transaction(async (records) => {
        const safe = name === undefined ? undefined : await records.safes.safeByName(name);
        if (safe === null) return failed(failure('NOT_FOUND', `Safe ${name ?? ''}`));
        const rows = [];
        for (const account of await records.accounts.accounts(safe?.id))
          rows.push(await rowOf(records, account));
        return done({ value: rows });
      }),
    'admin.account.show': ({ account }) =>
      withAccount<'admin.account.show'>(vault, account, async (found, records) =>
        done({ value: await rowOf(records, found) }),
      ),
    'admin.account.update': ({ account, ...change }, _asking, secret) =>
      withAccount<'admin.account.update'>(vault, account, async (found, records) => {
        const after = await changeAccount(vault, records, CONSOLE, found, change, secret);
        return after.ok ? done({ value: await rowOf(records, after.value) }) : after;
      }),
    'admin.account.retrieve': ({ account, reason }) =>
      withAccount<'admin.account.retrieve'>(vault, account, (found, records) =>
        retrieveSecret(vault, records, CONSOLE, found, { reason, purpose: 'printed' }),
      ),
    'admin.account.delete': ({ account }) =>
      withAccount<'admin.account.delete'>(vault, account, async (found, records) => {
        await deleteAccount(vault, records, CONSOLE, found);
        return done({ value: null });
      }),
  };
}

async function withAccount<K extends Names>(
  vault: Vault,
  text: string,
  work: (account: StoredAccount, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records): Promise<Answer<K>> => {
    const found = await findAccount(records, text);
    return found.ok ? await work(found.value, records) : found;
  });
}

async function rowOf(records: Records, account: StoredAccount) {
  return accountAdminRow(account, await records.accounts.hostKey(account.address, portOf(account)));
}
