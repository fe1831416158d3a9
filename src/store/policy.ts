import type { Selectable, Transaction } from 'kysely';
import type { SettingLevel } from '#/domain/settings.js';
import type { PolicyRecords, StoredSetting } from '#/vault/records/policy.js';
import { byShape, type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';

/** The settings of so many scopes. */
const settingsOf = byShape((count: number) => {
  const numbers = Array.from({ length: count }, (_, n) => n);
  return fixedQuery((db, given: Readonly<Record<string, string>>) =>
    db
      .selectFrom('policy_settings')
      .selectAll()
      .where((e) =>
        e.or(
          numbers.map((n) => e.and({ level: given[`level ${n}`] ?? '', scope: given[`scope ${n}`] ?? '' })),
        ),
      )
      .orderBy('name'),
  );
});

export function policyRecords(db: Transaction<Tables>, fixed: FixedQueries): PolicyRecords {
  return {
    async settings(scopes) {
      const all = db.selectFrom('policy_settings').selectAll().orderBy('name');
      if (scopes === undefined) return (await all.execute()).map(settingOf);
      const given = Object.fromEntries(
        scopes.flatMap(({ level, scope }, n) => [
          [`level ${n}`, level],
          [`scope ${n}`, scope],
        ]),
      );
      return (await fixed.rows(settingsOf(scopes.length), given)).map(settingOf);
    },
    async putSetting({ level, scope, name, value }) {
      const stored = { value: JSON.stringify(value) };
      await db
        .insertInto('policy_settings')
        .values({ level, scope, name, ...stored })
        .onConflict((is) => is.columns(['level', 'scope', 'name']).doUpdateSet(stored))
        .execute();
    },
    async removeSetting({ level, scope }, name) {
      const result = await db
        .deleteFrom('policy_settings')
        .where((e) => e.and({ level, scope, name }))
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
  };
}

/** What was set for something goes with it. */
export async function forgetSettings(
  db: Transaction<Tables>,
  level: SettingLevel,
  scope: string,
): Promise<void> {
  await db
    .deleteFrom('policy_settings')
    .where((e) => e.and({ level, scope }))
    .execute();
}

function settingOf({ level, scope, name, value }: Selectable<Tables['policy_settings']>): StoredSetting {
  return { level: level as SettingLevel, scope, name, value: parsed(value) };
}

/** A value that is no JSON is none that any setting takes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
