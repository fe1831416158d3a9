import { type Selectable, sql, type Transaction } from 'kysely';
import type { AccountId, UserId } from '#/domain/ids.js';
import type {
  DirectoryMap,
  DirectoryRecords,
  DirectoryUser,
  StoredDirectory,
} from '#/vault/records/directories.js';
import type { Tables } from './tables.js';
import { flag, nameKey } from './values.js';

export function directoryRecords(db: Transaction<Tables>): DirectoryRecords {
  const users = (directory: string) =>
    db.selectFrom('directory_users').selectAll().where('directory', '=', nameKey(directory));
  return {
    async directory(name) {
      const row = await db
        .selectFrom('directories')
        .selectAll()
        .where('name_key', '=', nameKey(name))
        .executeTakeFirst();
      return row === undefined ? null : directoryOf(row);
    },
    async directories() {
      const rows = await db.selectFrom('directories').selectAll().orderBy('name_key').execute();
      return rows.map(directoryOf);
    },
    async putDirectory({ name, settings, bindAccount, enabled, preset }) {
      const values = {
        name,
        settings: JSON.stringify(settings),
        bind_account: bindAccount,
        enabled: flag(enabled),
        preset: flag(preset),
      };
      if (preset) await db.updateTable('directories').set({ preset: 0 }).execute();
      await db
        .insertInto('directories')
        .values({ ...values, name_key: nameKey(name) })
        .onConflict((is) => is.column('name_key').doUpdateSet(values))
        .execute();
    },
    async deleteDirectory(name) {
      await db.deleteFrom('directories').where('name_key', '=', nameKey(name)).execute();
    },
    async maps(directory) {
      const rows = await db
        .selectFrom('directory_maps')
        .selectAll()
        .where('directory', '=', nameKey(directory))
        .orderBy('position')
        .execute();
      return rows.map(mapOf);
    },
    async putMaps(directory, maps) {
      const key = nameKey(directory);
      await db.deleteFrom('directory_maps').where('directory', '=', key).execute();
      for (const [position, { rule, rights, groups, location }] of maps.entries())
        await db
          .insertInto('directory_maps')
          .values({
            directory: key,
            position,
            rule: JSON.stringify(rule),
            rights: JSON.stringify(rights),
            groups: JSON.stringify(groups),
            location,
          })
          .execute();
    },
    async userOf(directory, externalId) {
      const row = await users(directory).where('external_id', '=', externalId).executeTakeFirst();
      return row === undefined ? null : userOf(row);
    },
    async directoryUser(id) {
      const row = await db
        .selectFrom('directory_users')
        .selectAll()
        .where('user_id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : userOf(row);
    },
    usersOf: async (directory) => (await users(directory).execute()).map(userOf),
    async putUser({ userId, directory, externalId, dn, groups, location }) {
      const values = {
        directory: nameKey(directory),
        external_id: externalId,
        dn,
        groups: JSON.stringify(groups),
        location,
      };
      await db
        .insertInto('directory_users')
        .values({ user_id: userId, ...values })
        .onConflict((is) => is.column('user_id').doUpdateSet(values))
        .execute();
    },
    async active(directory) {
      const rows = await users(directory)
        .where((e) =>
          e.or([
            e('user_id', 'in', e.selectFrom('tickets').select('user_id')),
            e(
              'user_id',
              'in',
              e.selectFrom('sessions').select('user_id').where('state', '<>', sql.lit('ended')),
            ),
          ]),
        )
        .execute();
      return rows.map(userOf);
    },
    async setRights(id, rights) {
      await db.deleteFrom('user_rights').where('user_id', '=', id).execute();
      for (const right of rights) await db.insertInto('user_rights').values({ user_id: id, right }).execute();
    },
  };
}

function directoryOf(row: Selectable<Tables['directories']>): StoredDirectory {
  return {
    name: row.name,
    // written before there were keys: none counts
    settings: settingsOf(row.settings),
    bindAccount: row.bind_account as AccountId,
    enabled: row.enabled === 1,
    preset: row.preset === 1,
  };
}

/** Those that were written before there was a key attribute have none. */
function settingsOf(json: string): StoredDirectory['settings'] {
  const stored = JSON.parse(json) as Omit<StoredDirectory['settings'], 'keyAttribute'> &
    Partial<Pick<StoredDirectory['settings'], 'keyAttribute'>>;
  return { ...stored, keyAttribute: stored.keyAttribute ?? null };
}

function mapOf(row: Selectable<Tables['directory_maps']>): DirectoryMap {
  return {
    rule: JSON.parse(row.rule) as DirectoryMap['rule'],
    rights: JSON.parse(row.rights) as DirectoryMap['rights'],
    groups: JSON.parse(row.groups) as DirectoryMap['groups'],
    location: row.location,
  };
}

function userOf(row: Selectable<Tables['directory_users']>): DirectoryUser {
  return {
    userId: row.user_id as UserId,
    directory: row.directory,
    externalId: row.external_id,
    dn: row.dn,
    groups: JSON.parse(row.groups) as DirectoryUser['groups'],
    location: row.location,
  };
}
