import type { Command } from 'commander';
import { SETTING_NAMES, SETTINGS } from '#/domain/settings.js';
import { leaf } from '../leaf.js';
import { printJson, printLine, printList } from '../output.js';
import { setCommands, showPolicy } from '../policy-settings.js';

const TABLE = `\nSettings:\n${SETTING_NAMES.map((name) => `  ${name}: ${SETTINGS[name].meaning} (${SETTINGS[name].kind.allowed})`).join('\n')}
What is said nearer to the account wins: system, platform, safe, account.`;

/** The settings of the system, and of each platform. */
export function policyCommands(program: Command): void {
  const policy = program
    .command('policy')
    .description('what policy says everywhere, unless a platform, safe or account says otherwise')
    .addHelpText('after', TABLE);
  leaf(
    policy.command('show').description('each setting, its value and where that comes from'),
    ({ admin, json }) => showPolicy(admin, json, 'system', ''),
  );
  setCommands(policy, 'system');

  const platform = program
    .command('platform')
    .description('what policy says for a kind of target')
    .addHelpText('after', TABLE);
  leaf(platform.command('list').description('all platforms'), async ({ admin, json }) => {
    const list = { json, empty: 'no platforms' };
    return printList(await admin.ask('admin.platform.list', {}), list, {
      NAME: (row) => row.name,
      LIKE: (row) => row.like,
      PORT: (row) => row.defaultPort,
      ACCOUNTS: (row) => row.accounts,
      'SETTINGS OF ITS OWN': (row) => row.settings.join(', '),
    });
  });
  leaf<{ readonly like: string }>(
    platform
      .command('add <platform>')
      .description(
        'make one as a copy of another, with what is set for that; then give it settings of its own',
      )
      .requiredOption('--like <platform>', 'one of: postern platform list'),
    async ({ admin, json }, { like }, name = '') => {
      const outcome = await admin.ask('admin.platform.add', { name, like });
      if (outcome.ok)
        json ? printJson({ platform: name, like }) : printLine(`platform ${name} is like ${like}`);
      return outcome;
    },
  );
  leaf(
    platform.command('delete <platform>').description('delete one that no account is of, and its settings'),
    async ({ admin, json }, _options, name = '') => {
      const outcome = await admin.ask('admin.platform.delete', { name });
      if (outcome.ok) json ? printJson({ platform: name }) : printLine(`platform ${name} is deleted`);
      return outcome;
    },
  );
  leaf(
    platform.command('show <platform>').description('each setting, its value and where that comes from'),
    ({ admin, json }, _options, name = '') => showPolicy(admin, json, 'platform', name),
  );
  setCommands(platform, 'platform');
}
