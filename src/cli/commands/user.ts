import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { secretFromStdin, timeOf } from '../input.js';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printList } from '../output.js';
import { secondFactorCommands, userKeyCommands } from './user-factors.js';
import { collect, forJson } from './user-row.js';
import { userSetCommand } from './user-set.js';

interface AddOptions {
  readonly passwordStdin?: true;
  readonly group: readonly string[];
  readonly right: readonly string[];
  readonly mustChange?: true;
  readonly expires?: string;
  readonly logonHours?: string;
}

export function userCommands(program: Command): void {
  const user = program.command('user').description('people who log in');
  leaf<AddOptions>(
    user
      .command('add <name>')
      .description('add a user; prints the new id')
      .option('--password-stdin', 'read the password from standard input')
      .option('--group <name>', 'member of this group (repeat for more)', collect, [])
      .option('--right <right>', `vault right: ${VAULT_RIGHTS.join(', ')} (repeat)`, collect, [])
      .option('--must-change', 'the password must be changed at the first login')
      .option('--expires <time>', 'last moment of the user, ISO 8601 UTC')
      .option('--logon-hours <hours>', 'e.g. "Mon-Fri 08:00-18:00" (UTC)'),
    async ({ admin, json }, options, name = '') => {
      const expires = timeOf(options.expires);
      if (!expires.ok) return expires;
      const wrong = options.right.find((one) => !(VAULT_RIGHTS as readonly string[]).includes(one));
      if (wrong !== undefined)
        return failed(failure('BAD_INPUT', `"${wrong}" is not one of ${VAULT_RIGHTS.join(', ')}`));
      if (options.passwordStdin !== true && !process.stdin.isTTY)
        return failed(failure('BAD_INPUT', 'a user needs a password: --password-stdin'));
      const password = await secretFromStdin('password');
      if (!password.ok) return password;
      const args = {
        name,
        groups: [...options.group],
        mustChange: options.mustChange === true,
        rights: options.right as VaultRight[],
        expiresAt: expires.value,
        logonHours: options.logonHours ?? null,
      };
      const outcome = await admin.ask('admin.user.add', args, password.value);
      password.value.fill(0);
      if (outcome.ok) json ? printJson(forJson(outcome.value)) : printLine(outcome.value.id);
      return outcome;
    },
  );
  leaf(user.command('list').description('all users'), async ({ admin, json }) => {
    const list = { json, empty: 'no users', forJson };
    return printList(await admin.ask('admin.user.list', {}), list, {
      NAME: (row) => row.name,
      FROM: (row) => row.directory ?? 'vault',
      GROUPS: (row) => row.groups.join(','),
      DISABLED: (row) => row.disabled,
      PASSWORD: (row) => row.hasPassword,
      KEYS: (row) => row.publicKeys.length,
      '2ND FACTOR': (row) => (row.secondFactor.enrolled ? 'yes' : `no (${row.secondFactor.policy})`),
      EXPIRES: (row) => isoTime(row.expiresAt),
    });
  });
  userSetCommand(user);
  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    leaf(
      user.command(`${verb} <name>`).description(`${verb} a user`),
      async ({ admin, json }, _options, name = '') => {
        const outcome = await admin.ask('admin.user.set', { name, disabled });
        if (outcome.ok) json ? printJson(forJson(outcome.value)) : printLine(`${name} is ${verb}d`);
        return outcome;
      },
    );
  }
  leaf(
    user.command('unlock <name>').description('forget the failed logins of a user'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.user.set', { name, unlock: true });
      if (outcome.ok) json ? printJson(forJson(outcome.value)) : printLine(`${name} may try again`);
      return outcome;
    },
  );
  leaf<{ readonly passwordStdin?: true; readonly mustChange?: true }>(
    user
      .command('passwd <name>')
      .description('set a password')
      .option('--password-stdin', 'read the password from standard input')
      .option('--must-change', 'it must be changed at the next login'),
    async ({ admin, json }, options, name = '') => {
      const password = await secretFromStdin('password');
      if (!password.ok) return password;
      const outcome = await admin.ask(
        'admin.user.passwd',
        { name, mustChange: options.mustChange === true },
        password.value,
      );
      password.value.fill(0);
      if (outcome.ok) json ? printJson({ name }) : printLine(`the password of ${name} is set`);
      return outcome;
    },
  );
  userKeyCommands(user);
  secondFactorCommands(user);
}
