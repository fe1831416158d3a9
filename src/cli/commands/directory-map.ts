import type { Command } from 'commander';
import type { CallArgs } from '#/contract/calls.js';
import type { DirectoryMapRow } from '#/contract/directory-rows.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { leaf } from '../leaf.js';
import { printJson, printTable } from '../output.js';

interface AddOptions {
  readonly group?: string;
  readonly attribute?: string;
  readonly everybody?: true;
  readonly give: readonly string[];
  readonly right: readonly string[];
  readonly location?: string;
  readonly position?: string;
}

type Rule = CallArgs<'admin.directory.map.add'>['map']['rule'];

export function directoryMapCommands(directory: Command): void {
  const map = directory
    .command('map')
    .description('who gets what: ordered rules, the first that fits; none: no login');
  leaf<AddOptions>(
    map
      .command('add <directory>')
      .description('add a rule; the last one, unless --position says otherwise')
      .option('--group <group>', 'members of this group: its name or DN, groups in groups included')
      .option('--attribute <name=value>', 'people with this value of an attribute')
      .option('--everybody', 'everybody who can log in at the directory')
      .option('--give <group>', 'makes them members of this group of the vault; repeat', collect, [])
      .option('--right <right>', `vault right: ${VAULT_RIGHTS.join(', ')}; repeat`, collect, [])
      .option('--location <text>', 'where they belong')
      .option('--position <number>', 'from 1'),
    async ({ admin, json }, options, name = '') => {
      const rule = ruleOf(options);
      if (!rule.ok) return rule;
      const position = options.position === undefined ? null : numberOf(options.position);
      if (position !== null && !position.ok) return position;
      const wrong = options.right.find((one) => !(VAULT_RIGHTS as readonly string[]).includes(one));
      if (wrong !== undefined)
        return failed(failure('BAD_INPUT', `"${wrong}" is not one of ${VAULT_RIGHTS.join(', ')}`));
      const wanted = {
        rule: rule.value,
        groups: [...options.give],
        rights: options.right as VaultRight[],
        location: options.location ?? null,
      };
      const args = { name, position: position?.value ?? null, map: wanted };
      return print(await admin.ask('admin.directory.map.add', args), json);
    },
  );
  leaf(
    map.command('list <directory>').description('its rules, in order'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.directory.list', {});
      if (!outcome.ok) return outcome;
      const row = outcome.value.find((one) => one.name.toLowerCase() === name.toLowerCase());
      return row === undefined
        ? failed(failure('NOT_FOUND', `Directory ${name}`))
        : print({ ok: true, value: row.maps }, json);
    },
  );
  leaf(
    map.command('remove <directory> <position>').description('remove a rule'),
    async ({ admin, json }, _options, name = '', at = '') => {
      const position = numberOf(at);
      if (!position.ok) return position;
      return print(await admin.ask('admin.directory.map.remove', { name, position: position.value }), json);
    },
  );
  leaf(
    map.command('move <directory> <from> <to>').description('move a rule to another place'),
    async ({ admin, json }, _options, name = '', before = '', after = '') => {
      const [from, to] = [numberOf(before), numberOf(after)];
      if (!from.ok) return from;
      if (!to.ok) return to;
      return print(
        await admin.ask('admin.directory.map.move', { name, from: from.value, to: to.value }),
        json,
      );
    },
  );
}

function print(
  outcome: Outcome<readonly DirectoryMapRow[]>,
  json: boolean,
): Outcome<readonly DirectoryMapRow[]> {
  if (!outcome.ok) return outcome;
  if (json) printJson(outcome.value);
  else
    printTable(
      outcome.value,
      {
        NO: (row) => row.position,
        RULE: (row) => row.rule,
        GROUPS: (row) => row.groups.join(', '),
        RIGHTS: (row) => row.rights.join(', '),
        LOCATION: (row) => row.location,
      },
      'no maps: nobody can log in',
    );
  return outcome;
}

function ruleOf({ group, attribute, everybody }: AddOptions): Outcome<Rule> {
  const given = [group, attribute, everybody].filter((one) => one !== undefined);
  if (given.length !== 1)
    return failed(failure('BAD_INPUT', 'give one of --group, --attribute and --everybody'));
  if (group !== undefined) return { ok: true, value: { kind: 'group', group } };
  if (attribute === undefined) return { ok: true, value: { kind: 'everybody' } };
  const cut = attribute.indexOf('=');
  return cut < 1 || cut === attribute.length - 1
    ? failed(failure('BAD_INPUT', '--attribute takes NAME=VALUE'))
    : {
        ok: true,
        value: { kind: 'attribute', attribute: attribute.slice(0, cut), value: attribute.slice(cut + 1) },
      };
}

function numberOf(text: string): Outcome<number> {
  return /^[1-9]\d{0,3}$/.test(text)
    ? { ok: true, value: Number(text) }
    : failed(failure('BAD_INPUT', `"${text}" is no position: a number from 1`));
}

function collect(one: string, before: readonly string[]): readonly string[] {
  return [...before, one];
}
