import type { TapeVerdict } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import type { StoredProof } from '#/contract/stored-proof.js';
import { type Anchored, type Fault, headsFault } from './signed-heads.js';
import { storedFault } from './stored-fault.js';
import type { TapeIndex } from './tape-index.js';

export interface ProvenBy extends Anchored {
  /** Null: the tape was stored before such statements were signed. */
  readonly proof: StoredProof | null;
}

/** Where a tape's chain is not what the vault signed; null: nowhere. */
export function chainFault(index: TapeIndex, proven: ProvenBy): Fault | null {
  const chain = { segments: index.segments.length, headAfter: index.headAfter };
  return (
    headsFault(chain, proven) ?? (proven.proof === null ? null : storedFault(chain, proven, proven.proof))
  );
}

/** The same of a tape that is not stored yet: `proven` is what the vault signed so far, of what is there. */
export function judgeGrowing(
  index: TapeIndex,
  proven: ProvenBy,
  { signed, row }: { readonly signed: number; readonly row: Pick<RecordingRow, 'endedAt'> },
): TapeVerdict {
  const segments = index.segments.length;
  const fault =
    chainFault(index, proven) ??
    (index.scan.rest === 'foreign'
      ? { segment: segments, detail: 'it goes on with what is no segment' }
      : null);
  if (fault !== null) return tampered(fault);
  const signedHeads = proven.heads.length;
  const why = row.endedAt === null ? 'its session runs' : 'its session is over, it is on its way to its safe';
  const ahead = signed - signedHeads;
  const detail = ahead > 0 ? `${why}; ${ahead} signed head(s) of more than has come to its safe` : why;
  return { kind: 'running', segments, signedHeads, detail };
}

/** What can be said of a tape without its key, whose every segment is judged by the signed heads after it. */
export function judgeTape(
  index: TapeIndex,
  file: { readonly bytes: number; readonly digest: string },
  proven: ProvenBy,
): TapeVerdict {
  const fault = chainFault(index, proven) ?? restFault(index, file, proven.proof);
  if (fault !== null) return tampered(fault);
  const segments = index.segments.length;
  const signedHeads = proven.heads.length;
  const anchoredEnd = proven.heads.some((head) => head.final && head.segments === segments);
  if (index.scan.ended && anchoredEnd) return { kind: 'intact', segments, signedHeads };
  const stored = proven.proof === null ? '' : '; since it was stored nothing changed';
  return { kind: 'cut', segments, signedHeads, detail: `${whyCut(index)}${stored}` };
}

export function tampered(fault: Fault): TapeVerdict {
  return { kind: 'tampered', ...fault };
}

/** What follows the last whole segment. */
function restFault(
  index: TapeIndex,
  file: { readonly bytes: number; readonly digest: string },
  proof: StoredProof | null,
): Fault | null {
  const segment = index.segments.length;
  if (proof === null)
    return index.scan.rest === 'foreign' ? { segment, detail: 'it goes on with what is no segment' } : null;
  if (file.bytes !== proof.bytes)
    return { segment, detail: `its file has ${file.bytes} bytes, ${proof.bytes} were stored` };
  if (file.digest !== proof.digest)
    return { segment, detail: 'the bytes after its last segment are not what was stored' };
  return proof.state === 'damaged'
    ? { segment, detail: 'it was not whole when it came to its safe: see the audit' }
    : null;
}

function whyCut({ scan }: TapeIndex): string {
  if (scan.ended) return 'its end was taped, but not anchored';
  return scan.rest === 'partial'
    ? 'its writer died while it wrote a segment'
    : 'its writer died before the end';
}
