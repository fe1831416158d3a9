import { createHash } from 'node:crypto';
import type { ChainedEvent } from '#/audit/chain.js';
import { type SignedHead, signedHeadText } from '#/contract/rows.js';
import { type StoredProof, storedProofText } from '#/contract/stored-proof.js';

/** What was anchored of one recording: how many heads and statements, and a hash over all of them, in order. */
export interface Anchors {
  readonly count: number;
  readonly digest: string;
  readonly deleted: boolean;
}

const NONE: Anchors = { count: 0, digest: '', deleted: false };

function and(before: Anchors, line: string): Anchors {
  const digest = createHash('sha256').update(before.digest).update(line, 'utf8').digest('hex');
  return { ...before, count: before.count + 1, digest };
}

/** Adds what rows of the audit anchor, recording by recording. */
export function addAnchors(
  found: Map<string, Anchors>,
  rows: Iterable<Pick<ChainedEvent, 'action' | 'sessionId' | 'detail'>>,
): void {
  for (const { action, sessionId, detail } of rows) {
    const before = sessionId === null ? undefined : found.get(sessionId);
    if (action === 'recordingDeleted' && sessionId !== null && before !== undefined)
      found.set(sessionId, { ...before, deleted: true });
    if (action !== 'recordingHead' || sessionId === null || detail === null) continue;
    found.set(sessionId, and(before ?? NONE, detail));
  }
}

/** The same of what stands in the books. */
export function anchorsOf(heads: readonly SignedHead[], proof: StoredProof | null): Anchors {
  const lines = heads.map((head) => `${signedHeadText(head)} ${head.signature}`);
  if (proof !== null) lines.push(`${storedProofText(proof)} ${proof.signature}`);
  return lines.reduce(and, NONE);
}
