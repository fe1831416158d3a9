import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { explainAccess } from '#/policy/explain-access.js';
import { accessQuestion, sessionsNow } from '../access.js';
import { RECORDING_SAFE } from '../allow-connection.js';
import { findAccount } from '../find-account.js';
import { withAccountRight } from '../person-rights.js';
import { policyOf } from '../policy-book.js';
import type { StoredAccount } from '../records/accounts.js';
import type { User } from '../records/people.js';
import type { Records } from '../records/records.js';
import type { Answer, Handlers, Vault } from '../vault.js';

/** Says each rule, its value, where that comes from, and the verdict. The rules are those that decide. */
export function explainCalls(vault: Vault): Handlers<'admin.explain' | 'person.explain'> {
  return {
    'admin.explain': ({ user: name, account: text }) =>
      vault.store.transaction(async (records) => {
        const user = await records.people.userByName(name);
        if (user === null) return failed(failure('NOT_FOUND', `User ${name}`));
        const found = await findAccount(records, text);
        return found.ok ? await explained(vault, records, user, found.value) : found;
      }),
    'person.explain': (args, asking) =>
      withAccountRight<'person.explain'>(
        vault,
        'person.explain',
        args,
        asking,
        async ({ records, user, account }) =>
          args.user.toLowerCase() === user.name.toLowerCase()
            ? await explained(vault, records, user, account)
            : failed(failure('DENIED', 'people are told what they may themselves; of others the console is')),
      ),
  };
}

async function explained(
  vault: Vault,
  records: Records,
  user: User,
  account: StoredAccount,
): Promise<Answer<'admin.explain'>> {
  const recordingSafe = await records.safes.safeByName(RECORDING_SAFE);
  const memberships = await records.safes.memberships(account.safeId);
  const policy = await policyOf(vault, records, account);
  const rules = explainAccess({
    ...accessQuestion(vault, user, account, memberships, policy),
    policy,
    sessions: sessionsNow(vault, await records.sessions.places(), user),
    recordingSafe: recordingSafe === null ? [] : await records.safes.memberships(recordingSafe.id),
    liveGroups: vault.settings.liveGroups,
  });
  const permit = rules.every((rule) => rule.verdict !== 'fail');
  return done({ value: { account: accountName(account), permit, rules } });
}
