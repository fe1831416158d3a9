import type { SignedHead } from '#/contract/rows.js';
import { type StoredProof, storedProofText } from '#/contract/stored-proof.js';
import type { Ending } from '#/domain/session.js';
import type { Keyring } from './keyring.js';

/** What the recorder says of the tape that it brought to its safe. */
export interface ArrivedTape {
  readonly recordingId: string;
  readonly bytes: number;
  readonly segments: number;
  readonly head: string;
  readonly digest: string;
  readonly complete: boolean;
}

/** What of the stored tape is not as the vault signed it; null: nothing. */
export function contradiction(
  heads: readonly Pick<SignedHead, 'segments' | 'head' | 'final'>[],
  tape: Pick<ArrivedTape, 'segments' | 'head' | 'complete'>,
  ending: Ending | null,
): string | null {
  const last = heads.at(-1);
  if (last === undefined) return 'no head of the tape was ever signed';
  const same = heads.find((one) => one.segments === tape.segments);
  if (tape.segments < last.segments)
    return `the tape has ${tape.segments} segments, ${last.segments} were signed`;
  if (same !== undefined && same.head !== tape.head)
    return `the head after ${tape.segments} segments is not the one that was signed`;
  if (last.final && tape.segments > last.segments) return 'the tape goes on after its final head';
  return !tape.complete && !last.final && ending !== null && !MAY_CUT.includes(ending.kind)
    ? 'the session ended in order, but the end is not on its tape'
    : null;
}

/** Ends after which a tape may lack its own: whoever wrote it was gone, or could not write. */
const MAY_CUT: readonly Ending['kind'][] = ['session-host-died', 'recorder-failed'];

/** Null while the vault is sealed. */
export function signStored(
  keyring: Pick<Keyring, 'sign'>,
  { recordingId, segments, head, bytes, digest, complete }: ArrivedTape,
  at: number,
  why: string | null,
): StoredProof | null {
  const state = why !== null ? 'damaged' : complete ? 'complete' : 'cut';
  const unsigned = { recordingId, segments, head, bytes, digest, state, at } as const;
  const signature = keyring.sign(storedProofText(unsigned));
  return signature === null ? null : { ...unsigned, signature };
}
