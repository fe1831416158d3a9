import { accountName } from '#/domain/account.js';
import {
  DEFAULT_SOURCE,
  type Layer,
  type ResolvedPolicy,
  resolvePolicy,
  settingLines,
} from '#/policy/resolve.js';
import type { StoredAccount } from './records/accounts.js';
import type { SettingScope, StoredSetting } from './records/policy.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

/** What policy says of one account now, and where each value comes from. */
export async function policyOf(
  vault: Vault,
  records: Records,
  account: StoredAccount,
): Promise<ResolvedPolicy> {
  const stored = await records.policy.settings(scopesOf(account));
  return resolvePolicy(layersOf(vault, account, (scope) => ofScope(stored, scope)));
}

/** The same for many accounts, read at once. Accounts without settings of their own share what is resolved. */
export async function readPolicyBook(
  vault: Vault,
  records: Records,
): Promise<(account: StoredAccount) => ResolvedPolicy> {
  const byScope = Map.groupBy(await records.policy.settings(), keyOf);
  const shared = new Map<string, ResolvedPolicy>();
  return (account) => {
    const resolve = (): ResolvedPolicy =>
      resolvePolicy(layersOf(vault, account, (scope) => byScope.get(keyOf(scope)) ?? []));
    if (byScope.has(keyOf({ level: 'account', scope: account.id }))) return resolve();
    // an id has no space in it
    const key = `${account.safeId} ${account.platform}`;
    const known = shared.get(key) ?? resolve();
    shared.set(key, known);
    return known;
  };
}

/** What is said up to a place that is no account: by the system, and then by this one platform or safe. */
export async function policyAt(
  vault: Vault,
  records: Records,
  place: SettingScope,
  source: string,
): Promise<ResolvedPolicy> {
  const scopes = place.level === 'system' ? [SYSTEM] : [SYSTEM, place];
  const stored = await records.policy.settings(scopes);
  const layers = scopes.map((scope) => ({
    ...layerOf(scope, ofScope(stored, scope), ''),
    source: scope === place ? source : sourceText('system', ''),
  }));
  return resolvePolicy([configured(vault), ...layers]);
}

export const SYSTEM: SettingScope = { level: 'system', scope: '' };

export function platformScope(name: string): SettingScope {
  return { level: 'platform', scope: name.toLowerCase() };
}

function scopesOf(account: StoredAccount): readonly SettingScope[] {
  return [
    SYSTEM,
    platformScope(account.platform),
    { level: 'safe', scope: account.safeId },
    { level: 'account', scope: account.id },
  ];
}

function layersOf(
  vault: Vault,
  account: StoredAccount,
  stored: (scope: SettingScope) => readonly StoredSetting[],
): readonly Layer[] {
  const names = { system: '', platform: account.platform, safe: account.safe, account: accountName(account) };
  const layers = scopesOf(account).map((scope) => layerOf(scope, stored(scope), names[scope.level]));
  return [configured(vault), ...layers.filter((one) => Object.keys(one.stored).length > 0)];
}

const CONFIGURATION = 'configuration of the bastion';

/** What is said beyond defaults and configuration, for who sees the account. */
export function particulars(policy: ResolvedPolicy): readonly string[] {
  return settingLines(policy, 'account')
    .filter(({ source }) => source !== DEFAULT_SOURCE && source !== CONFIGURATION)
    .map(({ name, shown, source }) => `${name} ${shown} (${source})`);
}

function configured({ settings }: Vault): Layer {
  return { level: 'system', source: CONFIGURATION, stored: { ...settings.policy } };
}

function layerOf({ level }: SettingScope, stored: readonly StoredSetting[], name: string): Layer {
  return {
    level,
    source: sourceText(level, name),
    stored: Object.fromEntries(stored.map((one) => [one.name, one.value])),
  };
}

/** "platform UnixSSH": how everybody names where something is set. */
export function sourceText(level: SettingScope['level'], name: string): string {
  return level === 'system' ? 'policy of the system' : `${level} ${name}`;
}

function ofScope(stored: readonly StoredSetting[], { level, scope }: SettingScope): readonly StoredSetting[] {
  return stored.filter((one) => one.level === level && one.scope === scope);
}

function keyOf({ level, scope }: SettingScope): string {
  return `${level} ${scope}`;
}
