import type { TapeVerdict } from '#/contract/replay-link.js';
import { type Failure, failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { digestOf } from '#/recorder/file-digest.js';
import { judgeGrowing, judgeTape, tampered } from './judge-tape.js';
import { type FoundTape, type OpeningParts, provenSoFar } from './open-recording.js';
import { type Fault, headsFault } from './signed-heads.js';
import { indexTape, type TapeIndex } from './tape-index.js';
import { readTape, type TapeReader } from './tape-reader.js';

/**
 * Checks everything that can be checked of a tape: its structure, its chain against every head that the vault signed,
 * what it was when it came to its safe, and each segment's seal. Takes the file over. A failure means that it could not be
 * checked.
 */
export async function verifyTape(parts: OpeningParts, found: FoundTape): Promise<Outcome<TapeVerdict>> {
  try {
    return await verdictOn(parts, found);
  } finally {
    await found.handle.close();
  }
}

/** A file that is gone, or that nobody could have written, is a verdict, too; null: it could not be looked at. */
export function lostVerdict({ code, message }: Failure): TapeVerdict | null {
  if (code === 'RECORDING_MISSING') return { kind: 'missing', detail: message };
  return code === 'RECORDING_DAMAGED' ? tampered({ segment: null, detail: message }) : null;
}

async function verdictOn(parts: OpeningParts, found: FoundTape): Promise<Outcome<TapeVerdict>> {
  const indexed = await indexTape(found.handle);
  if (!indexed.ok) return done(tampered({ segment: null, detail: indexed.failure.message }));
  const index = indexed.value;
  const header = headerFault(index, found);
  if (header !== null) return done(tampered(header));
  const key = await parts.vault.key(found.permit, index.scan.header.ephemeral);
  if (!key.ok)
    return key.failure.code === 'INTEGRITY' ? failed(failure('RECORDING_DAMAGED', key.failure.message)) : key;
  const reader = await readTape(found.handle, index, key.value);
  try {
    const fault = await sealFault(reader);
    if (fault !== null) return done(tampered(fault));
    const { redeemed, growing } = found;
    return done(
      growing
        ? judgeGrowing(index, provenSoFar(index, redeemed, true), {
            signed: redeemed.heads.length,
            row: redeemed.row,
          })
        : judgeTape(index, await digestOf(found.handle), redeemed),
    );
  } finally {
    reader.wipe();
  }
}

/** Whether this is the tape at all: before a key is asked for. */
function headerFault(index: TapeIndex, { redeemed }: FoundTape): Fault | null {
  if (index.scan.header.recordingId !== redeemed.recordingId)
    return { segment: null, detail: 'its header names another recording' };
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
