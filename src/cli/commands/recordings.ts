import { createWriteStream, type WriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import { failure } from '#/domain/failure.js';
import { deletionText, holdText } from '#/domain/keeping.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from '../admin-link.js';
import { leaf } from '../leaf.js';
import { isoTime, printJson, printLine } from '../output.js';
import { playRecording } from '../play.js';
import { keepCommands } from './recordings-keep.js';
import { forJson, listCommand } from './recordings-list.js';
import { publicKeyCommand, verifyCommand } from './recordings-verify.js';

const FORMATS = ['v2', 'v3', 'txt', 'html', 'bundle'] as const;

export function recordingCommands(program: Command): void {
  const recordings = program.command('recordings').description('sealed recordings of sessions');
  listCommand(recordings);
  leaf(
    recordings.command('show <id>').description('one recording'),
    async ({ admin, json }, _options, recordingId = '') => {
      const outcome = await admin.ask('admin.recordings.show', { recordingId });
      if (!outcome.ok) return outcome;
      const { heads, ...row } = outcome.value;
      if (json)
        printJson({
          ...forJson(row),
          heads: heads.map((head) => ({ ...head, at: isoTime(head.at) })),
        });
      else
        for (const [name, value] of Object.entries({
          ...forJson(row),
          signedHeads: heads.length,
          hold: row.hold && holdText(row.hold),
          deletion: row.deletion && deletionText(row.deletion),
        }))
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
      .description('write a recording in an open format, or sealed with its proof (bundle)')
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
  keepCommands(recordings);
  verifyCommand(recordings);
  publicKeyCommand(recordings);
}

async function exportOne(
  admin: AdminLink,
  recordingId: string,
  options: { readonly format: string; readonly output: string },
): Promise<Outcome<number>> {
  const format = FORMATS.find((one) => one === options.format);
  if (format === undefined)
    return failed(failure('BAD_INPUT', `format "${options.format}" is none of ${FORMATS.join(', ')}`));
  const broken = Promise.withResolvers<string>();
  let file: WriteStream | null = null;
  const open = (): Writable => {
    if (options.output !== '-') file = createWriteStream(options.output, { mode: 0o600 });
    const out = file ?? process.stdout;
    return out.once('error', (error: Error) => broken.resolve(error.message));
  };
  const answer = await Promise.race([
    admin.recording({ recordingId, question: { type: 'export', format } }, open),
    broken.promise,
  ]);
  const notWritten = (why: string): Outcome<never> =>
    failed(failure('OUTPUT_NOT_WRITTEN', `${options.output}: ${why}`));
  if (typeof answer === 'string') return notWritten(answer);
  if (!answer.ok) return answer;
  if (answer.value.type !== 'done')
    return failed(failure('PROTOCOL', `the monitor answered ${answer.value.type}`));
  const unwritten = await Promise.race([ended(file), broken.promise]);
  return unwritten === null ? done(answer.value.bytes) : notWritten(unwritten);
}

/** Null: all of it is written. */
function ended(file: WriteStream | null): Promise<string | null> {
  return new Promise((resolve) =>
    file === null ? resolve(null) : file.end((error?: Error | null) => resolve(error?.message ?? null)),
  );
}
