import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { failed } from '#/domain/outcome.js';
import { secretFromStdin } from '../input.js';
import { leaf } from '../leaf.js';
import { printJson, printTable } from '../output.js';

interface TestOptions {
  readonly user?: string;
  readonly passwordStdin?: true;
}

export function directoryTestCommand(directory: Command): void {
  leaf<TestOptions>(
    directory
      .command('test <name>')
      .description('go the way of a login step by step, changing nothing')
      .option('--user <name>', 'somebody: his groups, his map, his rights')
      .option('--password-stdin', 'try his password too, from standard input or a hidden prompt'),
    async ({ admin, json }, { user, passwordStdin }, name = '') => {
      const wanted = user !== undefined && passwordStdin === true;
      const password = wanted ? await secretFromStdin(`password of ${user}`) : null;
      if (password !== null && !password.ok) return password;
      const outcome = await admin.ask('admin.directory.test', { name, user: user ?? null }, password?.value);
      if (!outcome.ok) return outcome;
      const { steps, ok } = outcome.value;
      if (json) printJson(outcome.value);
      else
        printTable(
          steps,
          {
            STEP: (row) => row.step,
            '': (row) => (row.ok === null ? 'left out' : row.ok ? 'ok' : 'FAILED'),
            MS: (row) => (row.ms === 0 ? null : row.ms),
            SERVER: (row) => row.server,
            DETAIL: (row) => row.detail,
          },
          'nothing was tried',
        );
      const bad = steps.findLast((one) => one.ok === false);
      return ok
        ? outcome
        : failed(
            failure(
              'DIRECTORY_UNAVAILABLE',
              bad === undefined ? 'nobody was found' : `${bad.step}: ${bad.detail}`,
            ),
          );
    },
  );
}
