import type { Transaction } from 'kysely';
import type { PlatformBase } from '#/domain/platform.js';
import type { PlatformRecords } from '#/vault/records/platforms.js';
import { forgetSettings } from './policy.js';
import type { Tables } from './tables.js';

export function platformRecords(db: Transaction<Tables>): PlatformRecords {
  return {
    async platforms() {
      const rows = await db.selectFrom('platforms').selectAll().orderBy('name_key').execute();
      return rows.map(({ name, base }) => ({ name, base: base as PlatformBase }));
    },
    async addPlatform({ name, base }) {
      await db.insertInto('platforms').values({ name, name_key: name.toLowerCase(), base }).execute();
    },
    async removePlatform(name) {
      await forgetSettings(db, 'platform', name.toLowerCase());
      await db.deleteFrom('platforms').where('name', '=', name).execute();
    },
  };
}
