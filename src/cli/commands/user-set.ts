import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { VAULT_RIGHTS, type VaultRight } from '#/domain/permission.js';
import { timeOf } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printLine } from '../output.js';
import { collect, forJson } from './user-row.js';

interface SetOptions {
  readonly expires?: string;
  readonly logonHours?: string;
  readonly right: readonly string[];
  /** commander's: false when --no-rights was given. */
  readonly rights: boolean;
}

export function userSetCommand(user: Command): void {
  leaf<SetOptions>(
    user
      .command('set <name>')
      .description('change what is given; the rest stays')
      .option('--expires <time>', 'last moment of the user, ISO 8601 UTC; "never"')
      .option('--logon-hours <hours>', 'e.g. "Mon-Fri 08:00-18:00" (UTC); "any"')
      .option('--right <right>', `all rights of his own: ${VAULT_RIGHTS.join(', ')} (repeat)`, collect, [])
      .option('--no-rights', 'no rights of his own'),
    async ({ admin, json }, { expires, logonHours, right, rights }, name = '') => {
      const until = expires === undefined || expires === 'never' ? null : timeOf(expires);
      if (until !== null && !until.ok) return until;
      const wrong = right.find((one) => !(VAULT_RIGHTS as readonly string[]).includes(one));
      if (wrong !== undefined)
        return failed(failure('BAD_INPUT', `"${wrong}" is not one of ${VAULT_RIGHTS.join(', ')}`));
      if (!rights && right.length > 0)
        return failed(failure('BAD_INPUT', 'either --right or --no-rights, not both'));
      const change = {
        ...(expires === undefined ? {} : { expiresAt: until?.value ?? null }),
        ...(logonHours === undefined ? {} : { logonHours: logonHours === 'any' ? null : logonHours }),
        ...(rights && right.length === 0 ? {} : { rights: right as VaultRight[] }),
      };
      if (Object.keys(change).length === 0)
        return failed(
          failure('BAD_INPUT', 'say what to change: --expires, --logon-hours, --right, --no-rights'),
        );
      const outcome = await admin.ask('admin.user.set', { name, ...change });
      if (outcome.ok) json ? printJson(forJson(outcome.value)) : printLine(`${name} was changed`);
      return outcome;
    },
  );
}
