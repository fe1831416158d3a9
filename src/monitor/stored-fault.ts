import { verify } from 'node:crypto';
import { type StoredProof, storedProofText } from '#/contract/stored-proof.js';
import { type Chain, type Fault, verifyKeyOf } from './signed-heads.js';

/** Null: the tape has exactly the segments that it came to its safe with. `verifyKey`: base64 SPKI of the vault's key. */
export function storedFault(
  chain: Chain,
  { recordingId, verifyKey }: { readonly recordingId: string; readonly verifyKey: string },
  proof: StoredProof,
): Fault | null {
  const key = verifyKeyOf(verifyKey);
  const { signature, ...unsigned } = proof;
  const text = Buffer.from(storedProofText(unsigned), 'utf8');
  if (
    key === null ||
    proof.recordingId !== recordingId ||
    !verify(null, text, key, Buffer.from(signature, 'base64'))
  )
    return { segment: null, detail: 'the statement that it was stored is not signed by the vault' };
  if (chain.segments < proof.segments)
    return {
      segment: chain.segments,
      detail: `it ends after ${chain.segments} segments, but came to its safe with ${proof.segments}`,
    };
  if (chain.segments > proof.segments)
    return {
      segment: proof.segments,
      detail: `it goes on after the ${proof.segments} segments that it came to its safe with`,
    };
  return chain.headAfter(proof.segments).toString('hex') === proof.head
    ? null
    : {
        segment: proof.segments === 0 ? null : proof.segments - 1,
        detail: 'it is not the one that came to its safe',
      };
}
