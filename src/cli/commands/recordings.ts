import { createWriteStream } from 'node:fs';
import type { Command } from 'commander';
import type { TapeVerdict } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from '../admin-link.js';
import { leaf } from '../leaf.js';
import { askMonitor } from '../monitor-link.js';
import { isoTime, printJson, printLine, printTable } from '../output.js';
import { playRecording } from '../play.js';

const FORMATS = ['v2', 'v3', 'txt', 'html'] as const;

export function recordingCommands(program: Command): void {
  const recordings = program.command('recordings').description('sealed recordings of sessions');
  leaf(recordings.command('list').description('all recordings, newest first'), async ({ admin, json }) => {
    const outcome = await admin.ask('admin.recordings.list', {});
    if (!outcome.ok) return outcome;
    if (json) printJson(outcome.value.map(forJson));
    else
      printTable(
        outcome.value,
        {
          ID: (row) => row.id,
          USER: (row) => row.user,
          ACCOUNT: (row) => row.account,
          SAFE: (row) => row.safe,
          STARTED: (row) => isoTime(row.startedAt),
          ENDED: (row) => isoTime(row.endedAt),
          OUTCOME: (row) => row.outcome,
          STORED: (row) => row.stored,
        },
        'no recordings',
      );
    return outcome;
  });
  leaf(
    recordings.command('show <id>').description('one recording'),
    async ({ admin, json }, _options, recordingId = '') => {
      const outcome = await admin.ask('admin.recordings.show', { recordingId });
      if (!outcome.ok) return outcome;
      const { heads, ...row } = outcome.value;
      if (json)
        printJson({ ...forJson(row), heads: heads.map((head) => ({ ...head, at: isoTime(head.at) })) });
      else
        for (const [name, value] of Object.entries({ ...forJson(row), signedHeads: heads.length }))
          printLine(`${name}: ${String(value ?? '-')}`);
      return outcome;
    },
  );
  leaf(
    recordings.command('play <id>').description('replay in this terminal'),
    async ({ admin }, _options, recordingId = '') => {
      const permit = await admin.ask('admin.recordings.replay', { recordingId, purpose: 'play' });
      return permit.ok ? await playRecording(admin.run, permit.value.permit) : permit;
    },
  );
  leaf<{ readonly format: string; readonly output: string }>(
    recordings
      .command('export <id>')
      .description('write a recording in an open format')
      .requiredOption('--format <format>', FORMATS.join(', '))
      .requiredOption('--output <file>', 'where to write it; "-" is standard output'),
    async ({ admin, json }, options, recordingId = '') => {
      const outcome = await exportOne(admin, recordingId, options);
      if (outcome.ok && options.output !== '-')
        json
          ? printJson({ id: recordingId, file: options.output, bytes: outcome.value })
          : printLine(`${outcome.value} bytes written to ${options.output}`);
      return outcome;
    },
  );
  leaf(
    recordings
      .command('verify [ids...]')
      .description('check recordings against their signed heads; none named: all of them'),
    async ({ admin, json }, _options, ...ids) => await verifyAll(admin, ids, json),
  );
}

async function exportOne(
  admin: AdminLink,
  recordingId: string,
  options: { readonly format: string; readonly output: string },
): Promise<Outcome<number>> {
  const format = FORMATS.find((one) => one === options.format);
  if (format === undefined)
    return failed(failure('BAD_INPUT', `format "${options.format}" is none of ${FORMATS.join(', ')}`));
  const permit = await admin.ask('admin.recordings.replay', { recordingId, purpose: 'export' });
  if (!permit.ok) return permit;
  const out = options.output === '-' ? process.stdout : createWriteStream(options.output, { mode: 0o600 });
  const broken = new Promise<string>((resolve) =>
    out.once('error', (error: Error) => resolve(error.message)),
  );
  const answer = await Promise.race([
    askMonitor(admin.run, { type: 'export', permit: permit.value.permit, format }, out),
    broken,
  ]);
  if (typeof answer === 'string')
    return failed(failure('BAD_INPUT', `cannot write ${options.output}: ${answer}`));
  if (!answer.ok) return answer;
  if (answer.value.type !== 'done')
    return failed(failure('PROTOCOL', `the monitor answered ${answer.value.type}`));
  if (out !== process.stdout)
    await Promise.race([new Promise<void>((resolve) => out.end(() => resolve())), broken]);
  return done(answer.value.bytes);
}

async function verifyAll(
  admin: AdminLink,
  named: readonly string[],
  json: boolean,
): Promise<Outcome<unknown>> {
  const rows = await admin.ask('admin.recordings.list', {});
  if (!rows.ok) return rows;
  const ids =
    named.length > 0 ? named : rows.value.filter((row) => row.stored === 'safe').map((row) => row.id);
  const results: { readonly id: string; readonly verdict: TapeVerdict }[] = [];
  for (const recordingId of ids) {
    const permit = await admin.ask('admin.recordings.replay', { recordingId, purpose: 'verify' });
    if (!permit.ok) return permit;
    const answer = await askMonitor(admin.run, { type: 'verify', permit: permit.value.permit }, null);
    if (!answer.ok) return answer;
    if (answer.value.type !== 'verdict')
      return failed(failure('PROTOCOL', `the monitor answered ${answer.value.type}`));
    results.push({ id: recordingId, verdict: answer.value.verdict });
    if (!json) printLine(`${recordingId}  ${inWords(answer.value.verdict)}`);
  }
  if (json) printJson(results.map(({ id, verdict }) => ({ id, ...verdict })));
  else if (results.length === 0) printLine('no stored recordings');
  const bad = results.filter(({ verdict }) => verdict.kind === 'tampered');
  return bad.length === 0
    ? done(null)
    : failed(
        failure(
          'RECORDING_DAMAGED',
          `${bad.length} of ${results.length}: ${bad.map(({ id }) => id).join(', ')}`,
        ),
      );
}

function inWords(verdict: TapeVerdict): string {
  if (verdict.kind === 'tampered') return `TAMPERED at segment ${verdict.segment}: ${verdict.detail}`;
  const proof = `${verdict.segments} segment(s), ${verdict.signedHeads} signed head(s)`;
  return verdict.kind === 'intact'
    ? `intact: ${proof}`
    : `cut, what is there is valid: ${proof}; ${verdict.detail}`;
}

function forJson(row: RecordingRow) {
  return { ...row, startedAt: isoTime(row.startedAt), endedAt: isoTime(row.endedAt) };
}
