import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { SecretKind } from '#/domain/account.js';
import type { AccountId, SafeId } from '#/domain/ids.js';
import { SETTINGS } from '#/domain/settings.js';
import type { AccountRecords, StoredAccount } from '#/vault/records/accounts.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { hostKeyRecords } from './host-keys.js';
import { forgetSettings } from './policy.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

function joined(db: Kysely<Tables>) {
  return db
    .selectFrom('accounts')
    .innerJoin('safes', 'safes.id', 'accounts.safe_id')
    .leftJoin('platforms', 'platforms.name', 'accounts.platform')
    .leftJoin('policy_settings as port', (join) =>
      join
        .on('port.level', '=', 'platform')
        .on('port.name', '=', 'defaultPort')
        .on('port.scope', '=', sql`lower(accounts.platform)`),
    )
    .selectAll('accounts')
    .select(['safes.name as safe', 'platforms.base as base', 'port.value as platform_port']);
}

const byId = fixedQuery((db, given: { readonly id: string }) =>
  joined(db).where('accounts.id', '=', given.id),
);
const byAddress = fixedQuery((db, given: { readonly address: string; readonly other: string }) =>
  joined(db).where(sql`lower(accounts.address)`, 'in', [given.address, given.other]),
);
const objectIn = fixedQuery((db, given: { readonly safe: string; readonly name: string }) =>
  db.selectFrom('objects').selectAll().where('safe_id', '=', given.safe).where('name', '=', given.name),
);
const secretOf = fixedQuery((db, given: { readonly owner: string; readonly version: number }) =>
  db
    .selectFrom('secrets')
    .select('sealed')
    .where('owner', '=', given.owner)
    .where('version', '=', given.version),
);
const use = fixedQuery(
  (db, { user, account, at }: { readonly user: string; readonly account: string; readonly at: number }) =>
    db
      .insertInto('account_uses')
      .values({ user_id: user, account_id: account, favourite: 0, last_used_at: at })
      .onConflict((is) => is.columns(['user_id', 'account_id']).doUpdateSet({ last_used_at: at })),
);

export function accountRecords(db: Transaction<Tables>, fixed: FixedQueries): AccountRecords {
  return {
    ...hostKeyRecords(db, fixed),
    async account(id) {
      const row = await fixed.first(byId, { id });
      return row === undefined ? null : accountOf(row);
    },
    async accounts(safe) {
      const all = joined(db).orderBy('safes.name_key').orderBy('accounts.user').orderBy('accounts.address');
      const rows = await (safe === undefined ? all : all.where('accounts.safe_id', '=', safe)).execute();
      return rows.map(accountOf);
    },
    async accountsByAddress(address, other) {
      return (await fixed.rows(byAddress, { address, other })).map(accountOf);
    },
    async accountsAt(safe, user, address) {
      const rows = await joined(db)
        .where('accounts.safe_id', '=', safe)
        .where('accounts.user', '=', user)
        .where(sql`lower(accounts.address)`, '=', address.toLowerCase())
        .execute();
      return rows.map(accountOf);
    },
    async addAccount(account) {
      await db.insertInto('accounts').values(columnsOf(account)).execute();
    },
    async changeAccount(account) {
      await db.updateTable('accounts').set(columnsOf(account)).where('id', '=', account.id).execute();
    },
    async deleteAccount(id) {
      await db.deleteFrom('secrets').where('owner', '=', id).execute();
      await forgetSettings(db, 'account', id);
      await db.deleteFrom('accounts').where('id', '=', id).execute();
    },
    async object(safe, name) {
      const row = await fixed.first(objectIn, { safe, name });
      if (row === undefined) return null;
      return {
        id: row.id,
        safeId: row.safe_id as SafeId,
        name: row.name,
        secretVersion: row.secret_version,
        publicKey: row.public_key === null ? null : Buffer.from(row.public_key),
      };
    },
    async addObject({ id, safeId, name, secretVersion, publicKey }) {
      await db
        .insertInto('objects')
        .values({ id, safe_id: safeId, name, secret_version: secretVersion, public_key: publicKey })
        .execute();
    },
    async uses(user) {
      const rows = await db.selectFrom('account_uses').selectAll().where('user_id', '=', user).execute();
      return rows.map((row) => ({
        accountId: row.account_id,
        favourite: row.favourite === 1,
        lastUsedAt: row.last_used_at,
      }));
    },
    async setFavourite(user, account, on) {
      await db
        .insertInto('account_uses')
        .values({ user_id: user, account_id: account, favourite: flag(on), last_used_at: null })
        .onConflict((is) => is.columns(['user_id', 'account_id']).doUpdateSet({ favourite: flag(on) }))
        .execute();
    },
    setUsed: (user, account, at) => fixed.run(use, { user, account, at }),
    async secret(owner, version) {
      const row = await fixed.first(secretOf, { owner, version });
      return row === undefined ? null : Buffer.from(row.sealed);
    },
    async addSecret(owner, version, sealed, at) {
      await db.insertInto('secrets').values({ owner, version, sealed, at }).execute();
    },
  };
}

function columnsOf({
  id,
  safeId,
  user,
  address,
  port,
  platform,
  secretKind,
  secretVersion,
  disabledWhy,
}: StoredAccount): Selectable<Tables['accounts']> {
  return {
    id,
    safe_id: safeId,
    user,
    address,
    port,
    platform,
    secret_kind: secretKind,
    secret_version: secretVersion,
    disabled_why: disabledWhy,
  };
}

interface Joined {
  readonly safe: string;
  readonly base: string | null;
  readonly platform_port: string | null;
}

function accountOf(row: Selectable<Tables['accounts']> & Joined): StoredAccount {
  return {
    id: row.id as AccountId,
    safeId: row.safe_id as SafeId,
    safe: row.safe,
    user: row.user,
    address: row.address,
    port: row.port,
    platform: row.platform,
    base: row.base ?? row.platform,
    platformPort: portSet(row.platform_port),
    secretKind: row.secret_kind as SecretKind,
    secretVersion: row.secret_version,
    disabledWhy: row.disabled_why,
  };
}

/** Nobody connects by a setting that is not understood: which port that would be is all the same. */
function portSet(stored: string | null): number {
  return SETTINGS.defaultPort.kind.take(Number(stored)) ?? SETTINGS.defaultPort.otherwise;
}
