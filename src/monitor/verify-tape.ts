import type { TapeVerdict } from '#/contract/replay-link.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { FoundTape, OpeningParts } from './open-recording.js';
import { type Fault, headsFault } from './signed-heads.js';
import { indexTape, type TapeIndex } from './tape-index.js';
import { readTape, type TapeReader } from './tape-reader.js';

/**
 * Checks everything that can be checked of a tape: its structure, its chain against every head that the vault signed,
 * and each segment's seal. Takes the file over. A failure means that it could not be checked.
 */
export async function verifyTape(parts: OpeningParts, found: FoundTape): Promise<Outcome<TapeVerdict>> {
  try {
    return await verdictOn(parts, found);
  } finally {
    await found.handle.close();
  }
}

async function verdictOn(parts: OpeningParts, found: FoundTape): Promise<Outcome<TapeVerdict>> {
  const indexed = await indexTape(found.handle);
  if (!indexed.ok) return done(tampered({ segment: 0, detail: indexed.failure.message }));
  const index = indexed.value;
  const header = headerFault(index, found);
  if (header !== null) return done(tampered(header));
  const key = await parts.vault.key(found.permit, index.scan.header.ephemeral);
  if (!key.ok)
    return key.failure.code === 'INTEGRITY' ? failed(failure('RECORDING_DAMAGED', key.failure.message)) : key;
  const reader = await readTape(found.handle, index, key.value);
  try {
    const verdict = (await sealFault(reader)) ?? judge(index, found);
    return done('kind' in verdict ? verdict : tampered(verdict));
  } finally {
    reader.wipe();
  }
}

/** Whether this is the tape at all: before a key is asked for. */
function headerFault(index: TapeIndex, { redeemed }: FoundTape): Fault | null {
  if (index.scan.header.recordingId !== redeemed.recordingId)
    return { segment: 0, detail: 'its header names another recording' };
  const first = {
    ...redeemed,
    heads: redeemed.heads.filter(({ segments, final }) => segments === 0 && !final),
  };
  return headsFault({ segments: 0, headAfter: index.headAfter }, first);
}

/** The first segment that does not open, which is more exact than a head that covers many. */
async function sealFault(reader: TapeReader): Promise<Fault | null> {
  for (let segment = 0; segment < reader.index.segments.length; segment += 1) {
    const detail = await reader.check(segment);
    if (detail !== null) return { segment, detail };
  }
  return null;
}

function judge(index: TapeIndex, { redeemed }: FoundTape): TapeVerdict | Fault {
  const segments = index.segments.length;
  const fault = headsFault({ segments, headAfter: index.headAfter }, redeemed);
  if (fault !== null) return fault;
  if (index.scan.rest === 'foreign')
    return { segment: segments, detail: 'it goes on with what is no segment' };
  const signedHeads = redeemed.heads.length;
  const anchoredEnd = redeemed.heads.some((head) => head.final && head.segments === segments);
  if (index.scan.ended && anchoredEnd) return { kind: 'intact', segments, signedHeads };
  if (index.scan.ended)
    return { kind: 'cut', segments, signedHeads, detail: 'its end was taped, but not anchored' };
  return {
    kind: 'cut',
    segments,
    signedHeads,
    detail:
      index.scan.rest === 'partial'
        ? 'its writer died while it wrote a segment'
        : 'its writer died before the end',
  };
}

function tampered(fault: Fault): TapeVerdict {
  return { kind: 'tampered', ...fault };
}
