import type { Command } from 'commander';
import type { TapeVerdict } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { AdminLink } from '../admin-link.js';
import { allRecordings, namesOfTapes } from '../all-recordings.js';
import { type CommonOptions, leaf, leave, withAdmin, withCommon, withPerson } from '../leaf.js';
import { isoTime, printJson, printLine } from '../output.js';
import { verdictText } from '../verdict-text.js';
import { bundleVerdict } from '../verify-bundle-file.js';

interface VerifyOptions extends CommonOptions {
  readonly bundle?: string;
  readonly publicKey?: string;
}

/** One recording; null: what is said is about the audit. */
interface Result {
  readonly id: string | null;
  readonly verdict: TapeVerdict;
}

export function verifyCommand(recordings: Command): void {
  withPerson(
    withCommon(
      recordings
        .command('verify [ids...]')
        .description('check recordings against the heads anchored in the audit; none named: all of them')
        .option('--bundle <file>', 'check an exported bundle instead; takes no daemon')
        .option('--public-key <file>', "the vault's public key, as `recordings public-key` printed it"),
    ),
  ).action(async (ids: string[], options: VerifyOptions) => {
    const offline = options.bundle !== undefined || options.publicKey !== undefined;
    leave(
      offline
        ? await verifyFile(options, ids)
        : await withAdmin(options, ({ admin, json }) => verifyAll(admin, ids, json)),
      options,
    );
  });
}

/** Printed once and kept elsewhere, it verifies bundles and copies of signed heads for ever. */
export function publicKeyCommand(recordings: Command): void {
  leaf(
    recordings.command('public-key').description('print the public key that bundles are verified with'),
    async ({ admin, json }) => {
      const outcome = await admin.ask('admin.publicKey', {});
      if (!outcome.ok) return outcome;
      if (json) printJson(outcome.value);
      else process.stdout.write(outcome.value.pem);
      return outcome;
    },
  );
}

async function verifyFile(options: VerifyOptions, ids: readonly string[]): Promise<Outcome<unknown>> {
  const { bundle, publicKey, json } = options;
  if (bundle === undefined || publicKey === undefined || ids.length > 0)
    return failed(failure('BAD_INPUT', 'a bundle is verified with --bundle FILE and --public-key FILE'));
  const found = await bundleVerdict(bundle, publicKey);
  if (!found.ok) return found;
  const { verdict, header } = found.value;
  const about =
    header === null
      ? null
      : {
          id: header.recordingId,
          user: header.user,
          account: header.account,
          safe: header.safe,
          startedAt: isoTime(header.startedAt),
        };
  if (json) printJson({ file: bundle, recording: about, ...verdict });
  else {
    printLine(`${bundle}  ${verdictText(verdict)}`);
    if (about !== null) printLine(`${about.id}: ${about.user} as ${about.account}, ${about.startedAt}`);
  }
  return isGood(verdict) ? done(null) : failed(failure('RECORDING_DAMAGED', verdictText(verdict)));
}

async function verifyAll(
  admin: AdminLink,
  named: readonly string[],
  json: boolean,
): Promise<Outcome<unknown>> {
  const books = await admin.ask('admin.recordings.books', { recordingIds: [...named] });
  if (!books.ok) return books;
  const results: Result[] = [];
  const say = (result: Result): void => {
    results.push(result);
    if (!json) printLine(`${result.id ?? 'audit'}  ${verdictText(result.verdict)}`);
  };
  for (const { recordingId, kind, detail } of books.value.findings)
    say({
      id: recordingId,
      verdict: kind === 'missing' ? { kind, detail } : { kind, segment: null, detail },
    });
  const known = named.length > 0 ? { ok: true as const, value: null } : await allRecordings(admin);
  if (!known.ok) return known;
  const ids = known.value?.filter(({ stored }) => stored === 'safe').map(({ id }) => id) ?? named;
  for (const recordingId of ids) {
    if (results.some(({ id }) => id === recordingId)) continue;
    const verdict = await verifyOne(admin, recordingId);
    if (!verdict.ok) return verdict;
    say({ id: recordingId, verdict: verdict.value });
  }
  const strangers = known.value === null ? done([]) : await unknownFiles(admin, known.value);
  if (!strangers.ok) return strangers;
  for (const stranger of strangers.value) say(stranger);
  if (json) printJson(results.map(({ id, verdict }) => ({ id, ...verdict })));
  else if (results.length === 0) printLine('no stored recordings');
  const bad = results.filter(({ verdict }) => !isGood(verdict));
  return bad.length === 0
    ? done(null)
    : failed(
        failure(
          'RECORDING_DAMAGED',
          `${bad.length} of ${results.length}: ${bad.map(({ id }) => id ?? 'the audit').join(', ')}`,
        ),
      );
}

async function verifyOne(admin: AdminLink, recordingId: string): Promise<Outcome<TapeVerdict>> {
  const answer = await admin.recording({ recordingId, question: { type: 'verify' } }, () => null);
  if (!answer.ok && answer.failure.code === 'RECORDING_DELETED')
    return done({ kind: 'deleted', detail: answer.failure.message });
  if (!answer.ok) return answer;
  return answer.value.type === 'verdict'
    ? done(answer.value.verdict)
    : failed(failure('PROTOCOL', `the monitor answered ${answer.value.type}`));
}

/** Files that no book names: somebody put them there, or the books are older than they are. */
async function unknownFiles(
  admin: AdminLink,
  known: readonly { readonly id: string }[],
): Promise<Outcome<readonly Result[]>> {
  const names = await namesOfTapes(admin.run);
  if (!names.ok) return names;
  const ids = new Set(known.map(({ id }) => id));
  return done(
    names.value
      .map((name) => ({ name, id: name.slice(name.lastIndexOf('/') + 1) }))
      .filter(({ id }) => !ids.has(id))
      .map(({ name, id }) => ({
        id,
        verdict: {
          kind: 'tampered' as const,
          segment: null,
          detail: `the file ${name}.tape is in no book: it was put there, or the vault's database is an older copy`,
        },
      })),
  );
}

function isGood(verdict: TapeVerdict): boolean {
  return verdict.kind !== 'tampered' && verdict.kind !== 'missing';
}
