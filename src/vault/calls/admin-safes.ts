import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { memberRow, putMember, removeMember, wantedMembership } from '../change-member.js';
import { deleteSafe, newSafe, renameSafe } from '../change-safe.js';
import type { Records } from '../records/records.js';
import type { Safe } from '../records/safes.js';
import { type Answer, CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'admin.safe.add'
  | 'admin.safe.rename'
  | 'admin.safe.delete'
  | 'admin.safe.list'
  | 'admin.member.add'
  | 'admin.member.list'
  | 'admin.member.remove';

/** Safes and their members, as the console manages them. */
export function adminSafeCalls(vault: Vault): Handlers<Names> {
  const { store } = vault;
  return {
    'admin.safe.add': ({ name }) =>
      store.transaction(async (records) => {
        const safe = await newSafe(vault, records, CONSOLE, name);
        if (!safe.ok) return safe;
        const members = (await records.safes.memberships(safe.value.id)).length;
        return done({
          value: { id: safe.value.id, name: safe.value.name, builtIn: false, accounts: 0, members },
        });
      }),
    'admin.safe.rename': ({ safe: old, name }) =>
      withSafe<'admin.safe.rename'>(vault, old, async (safe, records) => {
        const renamed = await renameSafe(vault, records, CONSOLE, safe, name);
        return renamed.ok ? done({ value: null }) : renamed;
      }),
    'admin.safe.delete': ({ safe: name }) =>
      withSafe<'admin.safe.delete'>(vault, name, async (safe, records) => {
        const deleted = await deleteSafe(vault, records, CONSOLE, safe);
        return deleted.ok ? done({ value: null }) : deleted;
      }),
    'admin.safe.list': () =>
      store.transaction(async (records) =>
        done({
          value: (await records.safes.safes()).map(({ id, name, builtIn, accounts, members }) => ({
            id,
            name,
            builtIn,
            accounts,
            members,
          })),
        }),
      ),
    'admin.member.add': (args) =>
      withSafe<'admin.member.add'>(vault, args.safe, async (safe, records) => {
        const wanted = await wantedMembership(records, vault.now(), args);
        if (!wanted.ok) return wanted;
        return done({ value: await putMember(vault, records, CONSOLE, safe, wanted.value) });
      }),
    'admin.member.list': ({ safe: name }) =>
      withSafe<'admin.member.list'>(vault, name, async (safe, records) =>
        done({ value: (await records.safes.memberships(safe.id)).map((one) => memberRow(safe, one)) }),
      ),
    'admin.member.remove': ({ safe: name, member }) =>
      withSafe<'admin.member.remove'>(vault, name, async (safe, records) => {
        const removed = await removeMember(vault, records, CONSOLE, safe, member);
        return removed.ok ? done({ value: null }) : removed;
      }),
  };
}

async function withSafe<K extends Names>(
  vault: Vault,
  name: string,
  work: (safe: Safe, records: Records) => Promise<Answer<K>>,
): Promise<Answer<K>> {
  return await vault.store.transaction(async (records): Promise<Answer<K>> => {
    const safe = await records.safes.safeByName(name);
    return safe === null ? failed(failure('NOT_FOUND', `Safe ${name}`)) : await work(safe, records);
  });
}
