import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type SignedHead, signedHeadText } from '#/contract/rows.js';
import { headsDigest, type SignedList, signedListText } from '#/contract/signed-list.js';

/** What the vault says of a recording, beside its key. */
export interface Anchored {
  readonly recordingId: string;
  readonly heads: readonly SignedHead[];
  /** base64 SPKI of the vault's Ed25519 key. */
  readonly verifyKey: string;
}

/** A tape as the chain shows it. */
export interface Chain {
  readonly segments: number;
  /** 32 bytes. */
  readonly headAfter: (segments: number) => Buffer;
}

export interface Fault {
  /** Null: the header, or the file as a whole. */
  readonly segment: number | null;
  readonly detail: string;
}

/**
 * Null: the tape grew through every head that the vault signed. Else where it cannot have. Anybody can encrypt to a
 * recording safe, so without this a whole tape could be replaced.
 */
export function headsFault(chain: Chain, anchored: Anchored): Fault | null {
  const key = verifyKeyOf(anchored.verifyKey);
  if (key === null) return { segment: null, detail: 'the vault gave no key to check signatures with' };
  const heads = anchored.heads.toSorted((a, b) => a.segments - b.segments);
  if (heads[0]?.segments !== 0) return { segment: null, detail: 'its beginning was never anchored' };
  for (const head of heads) {
    const fault = headFault(chain, anchored.recordingId, head, key);
    if (fault !== null) return fault;
  }
  const final = heads.find((head) => head.final);
  return final !== undefined && chain.segments > final.segments
    ? { segment: final.segments, detail: 'it goes on after its anchored end' }
    : null;
}

function headFault(chain: Chain, recordingId: string, head: SignedHead, key: KeyObject): Fault | null {
  const segment = head.segments === 0 ? null : head.segments - 1;
  if (head.recordingId !== recordingId || !isSigned(head, key))
    return { segment, detail: `the signature of the head after ${head.segments} segments is wrong` };
  if (head.segments > chain.segments)
    return {
      segment: chain.segments,
      detail: `it ends after ${chain.segments} segments, but ${head.segments} were anchored`,
    };
  if (chain.headAfter(head.segments).toString('hex') === head.head) return null;
  return {
    segment,
    detail:
      head.segments === 0
        ? 'its header is not the one that was anchored'
        : `it is not what was anchored after ${head.segments} segments`,
  };
}

function isSigned({ signature, ...head }: SignedHead, key: KeyObject): boolean {
  return verify(null, Buffer.from(signedHeadText(head), 'utf8'), key, Buffer.from(signature, 'base64'));
}

/** Null: these are all the heads that the vault had signed when it was asked for them. */
export function listFault(
  recordingId: string,
  heads: readonly SignedHead[],
  list: SignedList,
  verifyKey: string,
): string | null {
  const key = verifyKeyOf(verifyKey);
  const text = Buffer.from(signedListText(recordingId, list), 'utf8');
  if (key === null || !verify(null, text, key, Buffer.from(list.signature, 'base64')))
    return 'the signature of its list of signed heads is wrong';
  return list.heads === heads.length && list.digest === headsDigest(heads)
    ? null
    : 'its signed heads are not those that the vault listed: one was left out, added or moved';
}

export function verifyKeyOf(spki: string): KeyObject | null {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}
