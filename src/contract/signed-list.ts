import { createHash } from 'node:crypto';
import { type SignedHead, signedHeadText } from './rows.js';

/**
 * What the vault signs when a recording is asked for: these are all the heads that it signed of it, so that none can be
 * left out of what is given to others, the final one neither.
 */
export interface SignedList {
  readonly heads: number;
  /** headsDigest() of them. */
  readonly digest: string;
  readonly at: number;
  /** base64 Ed25519 over the bytes of signedListText(). */
  readonly signature: string;
}

/** What exactly is signed: one line, fields separated by spaces. */
export function signedListText(recordingId: string, list: Omit<SignedList, 'signature'>): string {
  return `postern-heads-1 ${recordingId} ${list.heads} ${list.digest} ${list.at}`;
}

/** Hex SHA-256 of all heads, each with its signature, in their order. */
export function headsDigest(heads: readonly SignedHead[]): string {
  const hash = createHash('sha256');
  for (const head of heads) hash.update(`${signedHeadText(head)} ${head.signature}\n`);
  return hash.digest('hex');
}
