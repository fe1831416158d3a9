import type { PlatformRow } from '#/contract/policy-calls.js';
import { denied } from '#/domain/denied.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { BUILT_IN_PLATFORMS, type Platform, platformNamed, platformNameProblem } from '#/domain/platform.js';
import { SETTING_NAMES, SETTINGS, type SettingName } from '#/domain/settings.js';
import { platformScope } from './policy-book.js';
import type { StoredSetting } from './records/policy.js';
import type { Records } from './records/records.js';
import type { Doer, Vault } from './vault.js';

const BUILT_IN: readonly Platform[] = BUILT_IN_PLATFORMS.map((name) => ({ name, base: name }));

/** Those of the beginning, and those that people made. */
export async function allPlatforms(records: Records): Promise<readonly Platform[]> {
  return [...BUILT_IN, ...(await records.platforms.platforms())];
}

/** What somebody means by a name; who means nothing that there is, is told what there is. */
export async function findPlatform(records: Records, typed: string): Promise<Outcome<Platform>> {
  const all = await allPlatforms(records);
  const found = platformNamed(all, typed);
  if (found !== null) return done(found);
  return failed(
    failure('PLATFORM_UNKNOWN', `"${typed}" (there are: ${all.map((one) => one.name).join(', ')})`),
  );
}

export async function platformRows(records: Records): Promise<readonly PlatformRow[]> {
  const [accounts, stored] = [await records.accounts.accounts(), await records.policy.settings()];
  return (await allPlatforms(records)).map(({ name, base }) => {
    const { scope } = platformScope(name);
    const own = stored.filter((one) => one.level === 'platform' && one.scope === scope);
    return {
      name,
      like: name === base ? null : base,
      defaultPort: portAmong(own),
      accounts: accounts.filter((one) => one.platform === name).length,
      settings: SETTING_NAMES.filter((setting) => own.some((one) => one.name === setting)),
    };
  });
}

/** Where targets of a platform listen, unless an account says otherwise. */
export async function defaultPortOf(records: Records, name: string): Promise<number> {
  return portAmong(await records.policy.settings([platformScope(name)]));
}

function portAmong(settings: readonly StoredSetting[]): number {
  const set = settings.find((one) => one.name === ('defaultPort' satisfies SettingName))?.value;
  return SETTINGS.defaultPort.kind.take(set) ?? SETTINGS.defaultPort.otherwise;
}

/** A copy of another with what is set for that; from then on each goes its own way. */
export async function addPlatform(
  vault: Vault,
  records: Records,
  doer: Doer,
  { name, like }: { readonly name: string; readonly like: string },
): Promise<Outcome<Platform>> {
  const problem = platformNameProblem(name);
  if (problem !== null) return failed(failure('BAD_INPUT', `the name "${name}" ${problem}`));
  const original = await findPlatform(records, like);
  if (!original.ok) return original;
  const there = platformNamed(await allPlatforms(records), name);
  if (there !== null) return failed(failure('ALREADY_EXISTS', `Platform ${there.name}`));
  const platform = { name, base: original.value.base };
  await records.platforms.addPlatform(platform);
  for (const setting of await records.policy.settings([platformScope(original.value.name)]))
    await records.policy.putSetting({ ...setting, ...platformScope(name) });
  await note(vault, records, doer, `platform ${name}: added like ${original.value.name}`);
  return done(platform);
}

/** What accounts are of stays. */
export async function deletePlatform(
  vault: Vault,
  records: Records,
  doer: Doer,
  typed: string,
): Promise<Outcome<Platform>> {
  const found = await findPlatform(records, typed);
  if (!found.ok) return found;
  const { name, base } = found.value;
  if (name === base) return failed(denied(`platform ${name} is built in`, 'builtIn'));
  const users = (await records.accounts.accounts()).filter((one) => one.platform === name);
  if (users.length > 0)
    return failed(
      failure(
        'PLATFORM_KEPT',
        `Platform ${name} has ${users.length === 1 ? 'an account' : `${users.length} accounts`}.`,
      ),
    );
  await records.platforms.removePlatform(name);
  await note(vault, records, doer, `platform ${name}: deleted, with its settings`);
  return found;
}

async function note(vault: Vault, records: Records, doer: Doer, detail: string): Promise<void> {
  await vault.journal.append(records.audit, { ...doer, action: 'policyChanged', outcome: 'ok', detail });
}
