import type { PolicyShown } from '#/contract/policy-calls.js';
import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { SETTINGS, type SettingLevel } from '#/domain/settings.js';
import { settingLines } from '#/policy/resolve.js';
import { findAccount } from './find-account.js';
import { findPlatform } from './platforms.js';
import { platformScope, policyAt, policyOf, SYSTEM, sourceText } from './policy-book.js';
import type { StoredAccount } from './records/accounts.js';
import type { SettingScope } from './records/policy.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

/** A thing that settings can be set for. */
export interface PolicyPlace extends SettingScope {
  /** For people, and as origin: "platform UnixSSH". */
  readonly source: string;
  /** For the audit. */
  readonly safe: string | null;
  readonly account: StoredAccount | null;
}

export async function findPlace(
  records: Records,
  { level, of }: { readonly level: SettingLevel; readonly of: string },
): Promise<Outcome<PolicyPlace>> {
  const nothing = { safe: null, account: null };
  switch (level) {
    case 'system':
      return done({ ...SYSTEM, source: sourceText(level, ''), ...nothing });
    case 'platform': {
      const found = await findPlatform(records, of);
      if (!found.ok) return found;
      const { name } = found.value;
      return done({ ...platformScope(name), source: sourceText(level, name), ...nothing });
    }
    case 'safe': {
      const safe = await records.safes.safeByName(of);
      return safe === null
        ? failed(failure('NOT_FOUND', `Safe ${of}`))
        : done({ level, scope: safe.id, source: sourceText(level, safe.name), ...nothing, safe: safe.name });
    }
    case 'account': {
      const found = await findAccount(records, of);
      if (!found.ok) return found;
      const account = found.value;
      const source = sourceText(level, accountName(account));
      return done({ level, scope: account.id, source, safe: account.safe, account });
    }
    default:
      return level satisfies never;
  }
}

/** Every setting as it stands there; of a safe only what is set for it, as the rest depends on each account's platform. */
export async function showPolicy(vault: Vault, records: Records, place: PolicyPlace): Promise<PolicyShown> {
  const policy =
    place.account === null
      ? await policyAt(vault, records, place, place.source)
      : await policyOf(vault, records, place.account);
  const rows = settingLines(policy, place.level).map(({ name, value, shown, source }) => {
    const { kind, levels, meaning } = SETTINGS[name];
    const own = source === place.source;
    return { name, value, shown, source, own, allowed: kind.allowed, levels, meaning };
  });
  return {
    of: place.source,
    problem: policy.problem,
    settings: place.level === 'safe' ? rows.filter((one) => one.own) : rows,
  };
}
