import { PLATFORMS } from '#/domain/account.js';
import { done } from '#/domain/outcome.js';
import { SETTING_NAMES } from '#/domain/settings.js';
import { DEFAULT_PORT } from '../access.js';
import { changeSetting } from '../change-setting.js';
import { withAccountRight } from '../person-rights.js';
import { platformScope } from '../policy-book.js';
import { findPlace, showPolicy } from '../policy-place.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'person.policy'
  | 'admin.policy.show'
  | 'admin.policy.set'
  | 'admin.policy.unset'
  | 'admin.platform.list';

/** Settings of policy, as the console reads and changes them, and people read those of accounts that they see. */
export function policyCalls(vault: Vault): Handlers<Names> {
  return {
    'person.policy': (args, asking) =>
      withAccountRight(vault, 'person.policy', args, asking, async ({ records, account }) => {
        const place = await findPlace(records, { level: 'account', of: account.id });
        return place.ok ? done({ value: await showPolicy(vault, records, place.value) }) : place;
      }),
    'admin.policy.show': (where) =>
      vault.store.transaction(async (records) => {
        const place = await findPlace(records, where);
        return place.ok ? done({ value: await showPolicy(vault, records, place.value) }) : place;
      }),
    'admin.policy.set': ({ setting, value, ...where }) =>
      vault.store.transaction((records) =>
        changeSetting(vault, records, CONSOLE, { where, setting, typed: value }),
      ),
    'admin.policy.unset': ({ setting, ...where }) =>
      vault.store.transaction((records) =>
        changeSetting(vault, records, CONSOLE, { where, setting, typed: null }),
      ),
    'admin.platform.list': () =>
      vault.store.transaction(async (records) => {
        const [accounts, stored] = [await records.accounts.accounts(), await records.policy.settings()];
        const value = PLATFORMS.map((name) => ({
          name,
          defaultPort: DEFAULT_PORT,
          accounts: accounts.filter((one) => one.platform === name).length,
          settings: SETTING_NAMES.filter((setting) =>
            stored.some(
              (one) =>
                one.level === 'platform' && one.scope === platformScope(name).scope && one.name === setting,
            ),
          ),
        }));
        return done({ value });
      }),
  };
}
