import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { Command } from 'commander';
import type { AuditVerdict } from '#/contract/calls.js';
import type { AuditRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from '../admin-link.js';
import { fileBytes } from '../input.js';
import { leaf } from '../leaf.js';
import { escapeControls, isoTime, printJson, printLine, printTable } from '../output.js';

const PAGE = 1000;

export function auditCommands(program: Command): void {
  const audit = program.command('audit').description('what happened, in order, tamper-evident');
  leaf<{ readonly limit: string }>(
    audit.command('list').description('the newest rows').option('--limit <n>', 'how many', '50'),
    async ({ admin, json }, options) => {
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > 10_000)
        return failed(failure('BAD_INPUT', '--limit takes a number from 1 to 10000'));
      const outcome = await admin.ask('admin.audit.list', { after: 0, limit, newestFirst: true });
      if (!outcome.ok) return outcome;
      if (json) printJson(outcome.value.map(forJson));
      else
        printTable(
          outcome.value.toReversed(),
          {
            TIME: (row) => isoTime(row.at),
            CODE: (row) => row.code,
            ACTION: (row) => row.action,
            OK: (row) => row.outcome,
            ACTOR: (row) => row.actor,
            VIA: (row) => row.gateway,
            FROM: (row) => row.from,
            ACCOUNT: (row) => row.account,
            STAGE: (row) => row.stage,
            DETAIL: (row) => row.detail,
          },
          'no rows',
        );
      return outcome;
    },
  );
  leaf<{ readonly output?: string }>(
    audit
      .command('export')
      .description('every row, one JSON object a line')
      .option('--output <file>', 'default: standard output'),
    async ({ admin, json }, options) => {
      const outcome = await exportTo(admin, options.output);
      if (outcome.ok && options.output !== undefined)
        json
          ? printJson({ rows: outcome.value })
          : printLine(`${outcome.value} row(s) written to ${options.output}`);
      return outcome;
    },
  );
  leaf<{ readonly heads?: string }>(
    audit
      .command('verify')
      .description('recompute the chain')
      .option('--heads <file>', 'also hold signed heads that were kept elsewhere against it'),
    async ({ admin, json }, options) => {
      const chain = await admin.ask('admin.audit.verify', {});
      if (!chain.ok) return chain;
      const heads = options.heads === undefined ? null : await verifyHeads(admin, options.heads);
      if (heads !== null && !heads.ok) return heads;
      if (json) printJson(heads === null ? chain.value : { ...chain.value, heads: heads.value });
      else {
        printLine(inWords(chain.value));
        if (heads !== null) printLine(`signed heads ${inWords(heads.value)}`);
      }
      const bad = [chain.value, heads?.value].find((one) => one?.intact === false);
      return bad === undefined ? chain : failed(failure('INTEGRITY', bad.detail));
    },
  );
}

function inWords({ intact, rows, firstBad, detail }: AuditVerdict): string {
  return intact ? `intact: ${rows} row(s)` : `NOT INTACT at row ${firstBad ?? '?'}: ${detail}`;
}

/** Bytes; a head a second for some years. */
const LARGEST_HEADS = 500_000_000;
/** Lines asked about at once: they surely fit into a frame. */
const LINES = 2000;

async function verifyHeads(admin: AdminLink, path: string): Promise<Outcome<AuditVerdict>> {
  const bytes = fileBytes(path, LARGEST_HEADS);
  if (!bytes.ok) return bytes;
  const lines = bytes.value
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) return failed(failure('BAD_INPUT', `${path} has no signed heads in it`));
  for (let at = 0; at < lines.length; at += LINES) {
    const part = Buffer.from(lines.slice(at, at + LINES).join('\n'));
    const outcome = await admin.ask('admin.audit.verifyHeads', {}, part);
    if (!outcome.ok || !outcome.value.intact) return outcome;
  }
  return done({ intact: true, rows: lines.length, firstBad: null, detail: 'all of them match the log' });
}

async function exportTo(admin: AdminLink, path: string | undefined): Promise<Outcome<number>> {
  const out = path === undefined ? process.stdout : createWriteStream(path, { mode: 0o600 });
  let problem: string | null = null;
  out.on('error', (error: Error) => (problem ??= error.message));
  const outcome = (rows: number): Outcome<number> =>
    problem === null
      ? done(rows)
      : failed(failure('OUTPUT_NOT_WRITTEN', `${path ?? 'standard output'}: ${problem}`));
  let rows = 0;
  for (let after = 0; ; ) {
    const page = await admin.ask('admin.audit.list', { after, limit: PAGE, newestFirst: false });
    if (!page.ok) return page;
    if (problem !== null) return outcome(rows);
    for (const row of page.value) out.write(`${escapeControls(JSON.stringify(forJson(row)))}\n`);
    rows += page.value.length;
    after = page.value.at(-1)?.sequence ?? after;
    if (page.value.length < PAGE) break;
  }
  if (out !== process.stdout) {
    out.end();
    await finished(out).catch(() => undefined);
  }
  return outcome(rows);
}

function forJson(row: AuditRow) {
  return { ...row, at: isoTime(row.at) };
}
