import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { explainAccess } from '#/policy/explain-access.js';
import { accessQuestion, sessionsNow } from '../access.js';
import { findAccount } from '../find-account.js';
import { policyOf } from '../policy-book.js';
import type { Handlers, Vault } from '../vault.js';
import { RECORDING_SAFE } from './connect.js';

/** Says each rule, its value, where that comes from, and the verdict. The rules are those that decide. */
export function explainCalls(vault: Vault): Handlers<'admin.explain'> {
  return {
    'admin.explain': ({ user: name, account: text }) =>
      vault.store.transaction(async (records) => {
        const user = await records.people.userByName(name);
        if (user === null) return failed(failure('NOT_FOUND', `User ${name}`));
        const found = await findAccount(records, text);
        if (!found.ok) return found;
        const recordingSafe = await records.safes.safeByName(RECORDING_SAFE);
        const memberships = await records.safes.memberships(found.value.safeId);
        const policy = await policyOf(vault, records, found.value);
        const rules = explainAccess({
          ...accessQuestion(vault, user, found.value, memberships, policy),
          policy,
          sessions: await sessionsNow(vault, records, user),
          recordingSafe: recordingSafe === null ? [] : await records.safes.memberships(recordingSafe.id),
          liveGroups: vault.settings.liveGroups,
        });
        const permit = rules.every((rule) => rule.verdict !== 'fail');
        return done({ value: { account: accountName(found.value), permit, rules } });
      }),
  };
}
