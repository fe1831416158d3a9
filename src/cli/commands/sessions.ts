import type { Command } from 'commander';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printTable } from '../output.js';

export function sessionCommands(program: Command): void {
  const sessions = program.command('sessions').description('live sessions');
  leaf(sessions.command('list').description('what runs now'), async ({ admin, json }) => {
    const outcome = await admin.ask('admin.sessions.list', {});
    if (!outcome.ok) return outcome;
    if (json)
      printJson(
        outcome.value.map(
          ({
            id,
            user,
            account,
            accountId,
            safe,
            from,
            startedAt,
            isolation,
            state,
            watchers,
            reason,
            forward,
          }) => ({
            id,
            user,
            account,
            accountId,
            safe,
            from,
            startedAt: isoTime(startedAt),
            isolation,
            state,
            watchers,
            reason,
            forward,
          }),
        ),
      );
    else
      printTable(
        outcome.value,
        {
          ID: (row) => row.id,
          USER: (row) => row.user,
          ACCOUNT: (row) => row.account,
          SAFE: (row) => row.safe,
          FROM: (row) => row.from,
          SINCE: (row) => isoTime(row.startedAt),
          STATE: (row) => row.state,
          ISOLATION: (row) => row.isolation,
          'WATCHED BY': (row) => row.watchers.join(','),
          'FORWARDS TO': (row) => row.forward,
          REASON: (row) => row.reason,
        },
        'no live sessions',
      );
    return outcome;
  });
  leaf<{ readonly reason: string }>(
    sessions
      .command('terminate <id>')
      .description('end a session at once')
      .requiredOption('--reason <text>', 'the owner reads it; it is audited'),
    async ({ admin, json }, options, sessionId = '') => {
      const outcome = await admin.ask('admin.sessions.terminate', { sessionId, reason: options.reason });
      if (outcome.ok) json ? printJson({ id: sessionId }) : printLine(`${sessionId} is terminated`);
      return outcome;
    },
  );
}
