import { accountName } from '#/domain/account.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import {
  CONFIGURED,
  SETTING_NAMES,
  SETTINGS,
  type SettingLevel,
  type SettingName,
  settingNamed,
} from '#/domain/settings.js';
import { findPlace, type PolicyPlace } from './policy-place.js';
import type { Records } from './records/records.js';
import type { Doer, Vault } from './vault.js';

export interface SettingChange {
  readonly where: { readonly level: SettingLevel; readonly of: string };
  readonly setting: string;
  /** Null: nothing is to be said there any more. */
  readonly typed: string | null;
}

/** Sets or unsets a setting somewhere, for whoever may. It counts from the next connection on. */
export async function changeSetting(
  vault: Vault,
  records: Records,
  doer: Doer,
  { where, setting, typed }: SettingChange,
): Promise<Outcome<{ readonly value: null }>> {
  const place = await findPlace(records, where);
  if (!place.ok) return place;
  const detail =
    typed === null
      ? await unset(records, place.value, setting)
      : await set(records, place.value, setting, typed);
  if (!detail.ok) return detail;
  const { safe, account, source } = place.value;
  await vault.journal.append(records.audit, {
    ...doer,
    action: 'policyChanged',
    outcome: 'ok',
    safe,
    account: account === null ? null : accountName(account),
    detail: `${source}: ${detail.value}`,
  });
  return done({ value: null });
}

async function set(
  records: Records,
  place: PolicyPlace,
  setting: string,
  typed: string,
): Promise<Outcome<string>> {
  const name = settingNamed(setting);
  if (name === null) return failed(unknown(setting));
  if (!SETTINGS[name].levels.includes(place.level))
    return failed(
      failure('BAD_INPUT', `${name} can be set for ${SETTINGS[name].levels.join(', ')}, not ${place.level}`),
    );
  if (place.level === 'system' && isConfigured(name))
    return failed(failure('BAD_INPUT', `${name} of the system is a key of config.json: change it there`));
  const value = SETTINGS[name].kind.read(typed.trim());
  if (value === null)
    return failed(failure('BAD_INPUT', `${name} takes: ${SETTINGS[name].kind.allowed}; "${typed}" is not`));
  await records.policy.putSetting({ level: place.level, scope: place.scope, name, value });
  return done(`${name} is ${typed.trim()}`);
}

/** Also what this release does not know: nobody connects until it is gone. */
async function unset(records: Records, place: PolicyPlace, setting: string): Promise<Outcome<string>> {
  const name = settingNamed(setting) ?? setting;
  if (await records.policy.removeSetting(place, name)) return done(`${name} is not set any more`);
  return failed(
    settingNamed(setting) === null
      ? unknown(setting)
      : failure('BAD_INPUT', `${name} is not set for ${place.source}`),
  );
}

function unknown(setting: string) {
  return failure('BAD_INPUT', `"${setting}" is none of ${SETTING_NAMES.join(', ')}`);
}

function isConfigured(name: SettingName): boolean {
  return CONFIGURED.some((one) => one === name);
}
