import { verifyJournal } from '#/audit/journal.js';
import type { BookFinding, BooksVerdict } from '#/contract/proof-calls.js';
import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { auditReader } from './audit-reader.js';
import { type Anchors, addAnchors, anchorsOf } from './audited-recordings.js';
import type { Records } from './records/records.js';
import type { Vault } from './vault.js';

const PAGE = 500;
/** A tape that is not in its safe so long after its session ended is lost, as far as anybody can tell. */
const STORED_WITHIN = 10 * 60_000;

/**
 * Holds the books of recordings against the audit, whose chain is verified on the way: a recording that was taken out of
 * the books, and a head that was taken away or put there, are named.
 */
export async function verifyBooks(vault: Vault, named: readonly string[]): Promise<Outcome<BooksVerdict>> {
  const audited = new Map<string, Anchors>();
  const reader = await auditReader(vault.store);
  const { records } = reader;
  const verdict = await verifyJournal({
    ...reader,
    records: {
      tail: () => records.tail(),
      list: async (question) => {
        const rows = await records.list(question);
        addAnchors(audited, rows);
        return rows;
      },
    },
  });
  const findings: BookFinding[] = verdict.intact
    ? []
    : [{ recordingId: null, kind: 'tampered', detail: `the audit: ${verdict.detail}` }];
  const ids = named.length > 0 ? named : [...audited.keys()];
  for (const id of ids) {
    const finding = await vault.store.transaction((books) => examine(vault, books, id, audited.get(id)));
    if (finding === 'unknown') return failed(failure('NOT_FOUND', `Recording ${id}`));
    if (finding !== null) findings.push(finding);
  }
  if (named.length === 0) findings.push(...(await unaudited(vault, audited)));
  return done({ audited: audited.size, auditRows: verdict.rows, findings });
}

async function examine(
  vault: Vault,
  records: Records,
  recordingId: string,
  audited: Anchors | undefined,
): Promise<BookFinding | 'unknown' | null> {
  const id = parseId('session', recordingId);
  const recording = id === null ? null : await records.sessions.recording(id);
  if (recording === null)
    return audited === undefined
      ? 'unknown'
      : {
          recordingId,
          kind: 'missing',
          detail: `it was taken out of the books: the audit has ${audited.count} of its heads`,
        };
  if (audited === undefined)
    return { recordingId, kind: 'tampered', detail: 'the audit knows nothing of it' };
  const { stored } = recording.recording;
  if ((stored === 'deleted') !== audited.deleted)
    return {
      recordingId,
      kind: 'tampered',
      detail: audited.deleted
        ? 'the audit says that it was deleted, the books do not'
        : 'the books say that it was deleted, the audit does not',
    };
  const booked = anchorsOf(await records.sessions.heads(recording.id), recording.recording.proof);
  // heads that were anchored since the audit was read are no fault
  if (recording.state === 'ended' && booked.digest !== audited.digest && booked.count <= audited.count)
    return {
      recordingId,
      kind: 'tampered',
      detail: `its ${booked.count} heads in the books are not the ${audited.count} that the audit has`,
    };
  const { endedAt } = recording;
  if (stored === 'spool' && endedAt !== null && vault.now() - endedAt > STORED_WITHIN)
    return {
      recordingId,
      kind: 'missing',
      detail: `it never came to its safe: its session ended at ${new Date(endedAt).toISOString()}`,
    };
  return null;
}

/** Recordings in the books of which the audit has no head. */
async function unaudited(vault: Vault, audited: ReadonlyMap<string, Anchors>): Promise<BookFinding[]> {
  const findings: BookFinding[] = [];
  for (let after = ''; ; ) {
    const from = after;
    const page = await vault.store.transaction((records) => records.sessions.recordingIds(from, PAGE));
    for (const { id, startedAt } of page) {
      // one that began since is not in what was read
      if (!audited.has(id) && vault.now() - startedAt > 60_000)
        findings.push({ recordingId: id, kind: 'tampered', detail: 'the audit knows nothing of it' });
    }
    const last = page.at(-1);
    if (last === undefined) return findings;
    after = last.id;
  }
}
