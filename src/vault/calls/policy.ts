import { done } from '#/domain/outcome.js';
import { changeSetting } from '../change-setting.js';
import { withAccountRight } from '../person-rights.js';
import { withPerson } from '../persons.js';
import { addPlatform, allPlatforms, deletePlatform, platformRows } from '../platforms.js';
import { findPlace, showPolicy } from '../policy-place.js';
import { CONSOLE, type Handlers, type Vault } from '../vault.js';

type Names =
  | 'person.policy'
  | 'person.platforms'
  | 'admin.policy.show'
  | 'admin.policy.set'
  | 'admin.policy.unset'
  | 'admin.platform.list'
  | 'admin.platform.add'
  | 'admin.platform.delete';

/** Settings of policy, as the console reads and changes them, and people read those of accounts that they see. */
export function policyCalls(vault: Vault): Handlers<Names> {
  return {
    'person.policy': (args, asking) =>
      withAccountRight(vault, 'person.policy', args, asking, async ({ records, account }) => {
        const place = await findPlace(records, { level: 'account', of: account.id });
        return place.ok ? done({ value: await showPolicy(vault, records, place.value) }) : place;
      }),
    'person.platforms': ({ ticket }, asking) =>
      withPerson<'person.platforms'>(vault, { ticket, asking }, async ({ records }) =>
        done({ value: (await allPlatforms(records)).map((one) => one.name) }),
      ),
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
      vault.store.transaction(async (records) => done({ value: await platformRows(records) })),
    'admin.platform.add': (args) =>
      vault.store.transaction(async (records) => {
        const added = await addPlatform(vault, records, CONSOLE, args);
        return added.ok ? done({ value: null }) : added;
      }),
    'admin.platform.delete': ({ name }) =>
      vault.store.transaction(async (records) => {
        const gone = await deletePlatform(vault, records, CONSOLE, name);
        return gone.ok ? done({ value: null }) : gone;
      }),
  };
}
