import type { Command } from 'commander';
import type { PolicyShown } from '#/contract/policy-calls.js';
import { oneLine } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import { SETTING_NAMES, type SettingLevel } from '#/domain/settings.js';
import type { AdminLink } from './admin-link.js';
import { leaf } from './leaf.js';
import { printJson, printLine, printTable } from './output.js';

/** Adds `set` and `unset` to the commands of whatever settings can be set for. */
export function setCommands(parent: Command, level: SettingLevel): void {
  const of = level === 'system' ? '' : `<${level}> `;
  const settings = `settings: ${SETTING_NAMES.join(', ')}`;
  leaf(
    parent
      .command(`set ${of}<setting> <value...>`)
      .description(
        `say what a setting is here; it counts from the next connection on; a list is parted by commas\n${settings}`,
      ),
    async ({ admin, json }, _options, ...given) => {
      const [name, setting, ...words] = level === 'system' ? ['', ...given] : given;
      const where = { level, of: name ?? '' };
      const outcome = await admin.ask('admin.policy.set', {
        ...where,
        setting: setting ?? '',
        value: words.map((word) => word.replace(/,$/, '')).join(','),
      });
      return outcome.ok ? await showSetting(admin, json, where, setting ?? '') : outcome;
    },
  );
  leaf(
    parent
      .command(`unset ${of}<setting>`)
      .description(`say nothing of a setting here: what is said elsewhere counts\n${settings}`),
    async ({ admin, json }, _options, ...given) => {
      const [name, setting] = level === 'system' ? ['', ...given] : given;
      const where = { level, of: name ?? '' };
      const outcome = await admin.ask('admin.policy.unset', { ...where, setting: setting ?? '' });
      return outcome.ok ? await showSetting(admin, json, where, setting ?? '') : outcome;
    },
  );
}

/** Prints every setting as it stands somewhere. */
export async function showPolicy(
  admin: AdminLink,
  json: boolean,
  level: SettingLevel,
  of: string,
): Promise<Outcome<PolicyShown>> {
  const outcome = await admin.ask('admin.policy.show', { level, of });
  if (outcome.ok) json ? printJson(outcome.value) : printPolicy(outcome.value);
  return outcome;
}

export function printPolicy({ settings, problem }: PolicyShown): void {
  printTable(
    settings,
    {
      SETTING: (row) => row.name,
      VALUE: (row) => row.shown,
      SOURCE: (row) => row.source,
      MEANING: (row) => row.meaning,
    },
    'no settings of its own',
  );
  if (problem !== null) process.stderr.write(`nobody can connect: ${oneLine(problem)}\n`);
}

async function showSetting(
  admin: AdminLink,
  json: boolean,
  where: { readonly level: SettingLevel; readonly of: string },
  setting: string,
): Promise<Outcome<PolicyShown>> {
  const outcome = await admin.ask('admin.policy.show', where);
  if (!outcome.ok) return outcome;
  const row = outcome.value.settings.find((one) => one.name.toLowerCase() === setting.toLowerCase());
  if (json) printJson(row ?? { name: setting, own: false });
  else if (row === undefined) printLine(`${setting} is not set for ${outcome.value.of}`);
  else printLine(`${row.name} is ${row.shown} (${row.source})`);
  return outcome;
}
