import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { done, failed } from '#/domain/outcome.js';
import { daemonChecks } from '../daemon-checks.js';
import { leaf } from '../leaf.js';
import { printJson, printLine } from '../output.js';

const SIGN = { ok: 'ok     ', warning: 'WARNING', failure: 'FAILURE' } as const;

export function doctorCommand(program: Command): void {
  leaf(
    program.command('doctor').description('check every part, and say what to do'),
    async ({ admin, json }) => {
      const outcome = await admin.ask('admin.doctor', {});
      if (!outcome.ok) return outcome;
      const checks = [...outcome.value, ...daemonChecks(admin.run)];
      if (json) printJson(checks);
      else
        for (const check of checks)
          printLine(
            `${SIGN[check.state]}  ${check.part}: ${check.detail}${check.next === null ? '' : `  → ${check.next}`}`,
          );
      const bad = checks.filter((check) => check.state === 'failure');
      return bad.length === 0
        ? done(null)
        : failed(
            failure(
              'INTERNAL',
              `${bad.length} check(s) failed: ${bad.map((check) => check.part).join(', ')}`,
            ),
          );
    },
  );
}
