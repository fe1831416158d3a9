import { z } from 'zod';
import { tailText } from '#/audit/journal.js';
import type { AuditVerdict } from '#/contract/calls.js';
import { signatureChecker } from './keyring.js';
import type { Records } from './records/records.js';

const Head = z.object({
  sequence: z.int().min(1),
  hash: z.string().length(64),
  signature: z.string().max(200),
});

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

function parse(line: string): z.infer<typeof Head> | null {
  try {
    const head = Head.safeParse(JSON.parse(line));
    return head.success ? head.data : null;
  } catch {
    return null;
  }
}

function bad(rows: number, firstBad: number | null, detail: string): AuditVerdict {
  return { intact: false, rows, firstBad, detail };
}
