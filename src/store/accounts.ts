import { type Selectable, sql, type Transaction } from 'kysely';
import type { SecretKind } from '#/domain/account.js';
import type { AccountId, SafeId } from '#/domain/ids.js';
import { SETTINGS } from '#/domain/settings.js';
import type { AccountRecords, StoredAccount } from '#/vault/records/accounts.js';
import { hostKeyRecords } from './host-keys.js';
import { forgetSettings } from './policy.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

export function accountRecords(db: Transaction<Tables>): AccountRecords {
  const selected = () =>
    db
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
  return {
    ...hostKeyRecords(db),
    async account(id) {
      const row = await selected().where('accounts.id', '=', id).executeTakeFirst();
      return row === undefined ? null : accountOf(row);
    },
    async accounts(safe) {
      const all = selected().orderBy('safes.name_key').orderBy('accounts.user').orderBy('accounts.address');
      const rows = await (safe === undefined ? all : all.where('accounts.safe_id', '=', safe)).execute();
      return rows.map(accountOf);
    },
    async accountsAt(safe, user, address) {
      const rows = await selected()
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
      const row = await db
        .selectFrom('objects')
        .selectAll()
        .where('safe_id', '=', safe)
        .where('name', '=', name)
        .executeTakeFirst();
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
    async setUsed(user, account, at) {
      await db
        .insertInto('account_uses')
        .values({ user_id: user, account_id: account, favourite: 0, last_used_at: at })
        .onConflict((is) => is.columns(['user_id', 'account_id']).doUpdateSet({ last_used_at: at }))
        .execute();
    },
    async secret(owner, version) {
      const row = await db
        .selectFrom('secrets')
        .select('sealed')
        .where('owner', '=', owner)
        .where('version', '=', version)
        .executeTakeFirst();
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
