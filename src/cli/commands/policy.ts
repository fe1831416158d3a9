import type { Command } from 'commander';
import { SETTING_NAMES, SETTINGS } from '#/domain/settings.js';
import { leaf } from '../leaf.js';
import { printList } from '../output.js';
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
      PORT: (row) => row.defaultPort,
      ACCOUNTS: (row) => row.accounts,
      'SETTINGS OF ITS OWN': (row) => row.settings.join(', '),
    });
  });
  leaf(
    platform.command('show <platform>').description('each setting, its value and where that comes from'),
    ({ admin, json }, _options, name = '') => showPolicy(admin, json, 'platform', name),
  );
  setCommands(platform, 'platform');
}
