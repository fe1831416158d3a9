import { tailText } from '#/audit/journal.js';
import type { SignedTail } from '#/audit/records.js';
import type { AuditVerdict } from '#/contract/calls.js';
import { signatureChecker } from './keyring.js';
import type { Records } from './records/records.js';

/** Holds signed heads that were kept elsewhere against the log: each must be the vault's, and its row still there. */
export async function verifyHeads(records: Records, lines: string): Promise<AuditVerdict> {
  const verify = await signatureChecker(records.meta);
  let rows = 0;
  for (const line of lines.split('\n').filter((text) => text.trim() !== '')) {
    rows += 1;
    const head = parse(line);
    if (head === null) return bad(rows, null, `line ${rows} is no signed head`);
    if (!verify(tailText(head), head.signature))
      return bad(rows, head.sequence, `the signature on line ${rows} is not the vault's`);
    const [row] = await records.audit.list({ after: head.sequence - 1, limit: 1, newestFirst: false });
    if (row === undefined || row.sequence !== head.sequence)
      return bad(rows, head.sequence, `row ${head.sequence} was signed and is not in the log any more`);
    if (row.hash !== head.hash)
      return bad(rows, head.sequence, `row ${head.sequence} is not the one that was signed`);
  }
  return { intact: true, rows, firstBad: null, detail: `${rows} signed head(s) match the log` };
}

function parse(line: string): SignedTail | null {
  try {
    const head: unknown = JSON.parse(line);
    if (typeof head !== 'object' || head === null) return null;
    if (!('sequence' in head && 'hash' in head && 'signature' in head)) return null;
    const { sequence, hash, signature } = head;
    if (typeof sequence !== 'number' || !Number.isSafeInteger(sequence) || sequence < 1) return null;
    return typeof hash === 'string' && typeof signature === 'string' ? { sequence, hash, signature } : null;
  } catch {
    return null;
  }
}

function bad(rows: number, firstBad: number | null, detail: string): AuditVerdict {
  return { intact: false, rows, firstBad, detail };
}
