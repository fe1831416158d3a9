import type { Command } from 'commander';
import type { SessionRow } from '#/contract/rows.js';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine, printList } from '../output.js';

export function sessionCommands(program: Command): void {
  const sessions = program.command('sessions').description('live sessions');
  leaf(sessions.command('list').description('what runs now'), async ({ admin, json }) => {
    const list = { json, empty: 'no live sessions', forJson: rowForJson };
    return printList(await admin.ask('admin.sessions.list', {}), list, {
      ID: (row) => row.id,
      USER: (row) => row.user,
      ACCOUNT: (row) => row.account,
      SAFE: (row) => row.safe,
      FROM: (row) => row.from,
      SINCE: (row) => isoTime(row.startedAt),
      STATE: stateText,
      'LAST KEY': (row) => (row.lastKeyAt === null ? '' : isoTime(row.lastKeyAt)),
      BYTES: (row) => row.recordedBytes,
      LEVEL: (row) => row.isolation,
      'WATCHED BY': (row) => row.watchers.join(','),
      KEYBOARD: (row) => row.controlledBy ?? '',
      'FORWARDS TO': (row) => row.forward,
      REASON: (row) => row.reason,
      LAST: (row) => row.lastActivity ?? '',
    });
  });
  leaf<{ readonly reason: string; readonly output?: true }>(
    sessions
      .command('suspend <id>')
      .description('let nothing that is typed reach a session until it is resumed')
      .requiredOption('--reason <text>', 'the owner reads it; it is audited')
      .option('--output', 'hold back its output from the owner, too'),
    async ({ admin, json }, { reason, output }, sessionId = '') => {
      const outcome = await admin.ask('admin.sessions.suspend', {
        sessionId,
        reason,
        frozen: output === true,
      });
      if (outcome.ok) json ? printJson({ id: sessionId }) : printLine(`${sessionId} is suspended`);
      return outcome;
    },
  );
  leaf(
    sessions.command('resume <id>').description('let a suspended session go on'),
    async ({ admin, json }, _options, sessionId = '') => {
      const outcome = await admin.ask('admin.sessions.resume', { sessionId });
      if (outcome.ok) json ? printJson({ id: sessionId }) : printLine(`${sessionId} goes on`);
      return outcome;
    },
  );
  leaf(
    sessions
      .command('message <id> <text>')
      .description('show its owner a message over the session; recorded and audited'),
    async ({ admin, json }, _options, sessionId = '', text = '') => {
      const outcome = await admin.ask('admin.sessions.message', { sessionId, text });
      if (outcome.ok)
        json ? printJson({ id: sessionId }) : printLine(`the owner of ${sessionId} is shown it`);
      return outcome;
    },
  );
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

function stateText({ company, suspendedBy, state }: SessionRow): string {
  if (company !== null) return company === 'waiting' ? 'waits for company' : 'frozen, alone';
  return suspendedBy === null ? state : `suspended by ${suspendedBy}`;
}

function rowForJson(row: SessionRow) {
  const { id, user, account, accountId, safe, from, isolation, state, watchers } = row;
  const { recordedBytes, lastActivity, suspendedBy, controlledBy, company, reason, forward } = row;
  return {
    id,
    user,
    account,
    accountId,
    safe,
    from,
    startedAt: isoTime(row.startedAt),
    lastKeyAt: row.lastKeyAt === null ? null : isoTime(row.lastKeyAt),
    recordedBytes,
    lastActivity,
    isolation,
    state,
    suspendedBy,
    controlledBy,
    company,
    watchers,
    reason,
    forward,
  };
}
