import type { Command } from 'commander';
import { leaf } from '../leaf.js';
import { printJson, printLine, printTable } from '../output.js';

export function explainCommand(program: Command): void {
  leaf(
    program
      .command('explain <user> <account>')
      .description(
        'may this user connect with this account, and why: each rule, its value, source and verdict',
      ),
    async ({ admin, json }, _options, user = '', account = '') => {
      const outcome = await admin.ask('admin.explain', { user, account });
      if (!outcome.ok) return outcome;
      const { permit, rules } = outcome.value;
      if (json) printJson(outcome.value);
      else {
        printTable(
          rules,
          {
            VERDICT: (row) => row.verdict,
            RULE: (row) => row.rule,
            VALUE: (row) => row.value,
            SOURCE: (row) => row.source,
          },
          'no rules',
        );
        printLine(`${user} ${permit ? 'may' : 'may NOT'} connect as ${outcome.value.account}`);
      }
      return outcome;
    },
  );
}
