import type { Command } from 'commander';
import type { MemberRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { isPermission, PERMISSIONS, type Permission, PRESETS, type Preset } from '#/domain/permission.js';
import { timeOf } from '../input.js';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printList } from '../output.js';
import { setCommands, showPolicy } from '../policy-settings.js';

interface MemberOptions {
  readonly preset?: string;
  readonly permissions?: string;
  readonly expires?: string;
}

export function safeCommands(program: Command): void {
  const safe = program.command('safe').description('safes and their members');
  leaf(
    safe.command('add <name>').description('add a safe; prints the new id'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.safe.add', { name });
      if (outcome.ok) json ? printJson(outcome.value) : printLine(outcome.value.id);
      return outcome;
    },
  );
  leaf(
    safe.command('rename <safe> <name>').description('give a safe another name'),
    async ({ admin, json }, _options, old = '', name = '') => {
      const outcome = await admin.ask('admin.safe.rename', { safe: old, name });
      if (outcome.ok) json ? printJson({ safe: name }) : printLine(`${old} is now ${name}`);
      return outcome;
    },
  );
  leaf(
    safe.command('delete <safe>').description('delete a safe that has no accounts'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.safe.delete', { safe: name });
      if (outcome.ok) json ? printJson({ safe: name }) : printLine(`${name} is deleted`);
      return outcome;
    },
  );
  leaf(safe.command('list').description('all safes'), async ({ admin, json }) => {
    const list = { json, empty: 'no safes' };
    return printList(await admin.ask('admin.safe.list', {}), list, {
      NAME: (row) => row.name,
      'BUILT IN': (row) => row.builtIn,
      ACCOUNTS: (row) => row.accounts,
      MEMBERS: (row) => row.members,
    });
  });
  leaf(
    safe.command('show <safe>').description('what policy says for the accounts of a safe, of its own'),
    ({ admin, json }, _options, name = '') => showPolicy(admin, json, 'safe', name),
  );
  setCommands(safe, 'safe');
  memberCommands(safe.command('member').description('who may do what in a safe'));
}

function memberCommands(member: Command): void {
  leaf<MemberOptions>(
    member
      .command('add <safe> <user-or-group>')
      .description("add a member, or change a member's permissions")
      .option('--preset <preset>', Object.keys(PRESETS).join(', '))
      .option('--permissions <list>', `comma-separated: ${PERMISSIONS.join(', ')}`)
      .option('--expires <time>', 'end of the membership, ISO 8601 UTC'),
    async ({ admin, json }, options, safe = '', name = '') => {
      const wanted = permissionsOf(options);
      if (!wanted.ok) return wanted;
      const expires = timeOf(options.expires);
      if (!expires.ok) return expires;
      const outcome = await admin.ask('admin.member.add', {
        safe,
        member: name,
        ...wanted.value,
        expiresAt: expires.value,
      });
      if (outcome.ok)
        json
          ? printJson(forJson(outcome.value))
          : printLine(
              `${name} is a member of ${safe}: ${outcome.value.preset ?? outcome.value.permissions.join(', ')}`,
            );
      return outcome;
    },
  );
  leaf(
    member.command('list <safe>').description('members of a safe'),
    async ({ admin, json }, _options, safe = '') => {
      const list = { json, empty: 'no members', forJson };
      return printList(await admin.ask('admin.member.list', { safe }), list, {
        MEMBER: (row) => row.member,
        KIND: (row) => row.kind,
        PERMISSIONS: (row) => row.preset ?? row.permissions.join(','),
        EXPIRES: (row) => isoTime(row.expiresAt),
      });
    },
  );
  leaf(
    member.command('remove <safe> <user-or-group>').description('remove a member'),
    async ({ admin, json }, _options, safe = '', name = '') => {
      const outcome = await admin.ask('admin.member.remove', { safe, member: name });
      if (outcome.ok)
        json ? printJson({ safe, member: name }) : printLine(`${name} is no longer a member of ${safe}`);
      return outcome;
    },
  );
}

function permissionsOf(
  options: MemberOptions,
): Outcome<{ readonly preset: Preset } | { readonly permissions: Permission[] }> {
  const { preset, permissions } = options;
  if ((preset === undefined) === (permissions === undefined))
    return failed(failure('BAD_INPUT', 'give one of --preset and --permissions'));
  if (preset !== undefined) {
    const known = Object.keys(PRESETS).find((one) => one.toLowerCase() === preset.toLowerCase());
    return known === undefined
      ? failed(failure('BAD_INPUT', `preset "${preset}" is none of ${Object.keys(PRESETS).join(', ')}`))
      : { ok: true, value: { preset: known as Preset } };
  }
  const list = (permissions ?? '').split(',').map((one) => one.trim());
  const wrong = list.find((one) => !isPermission(one));
  return wrong === undefined
    ? { ok: true, value: { permissions: list.filter(isPermission) } }
    : failed(failure('BAD_INPUT', `permission "${wrong}" is none of ${PERMISSIONS.join(', ')}`));
}

function forJson(row: MemberRow) {
  return { ...row, expiresAt: isoTime(row.expiresAt) };
}
