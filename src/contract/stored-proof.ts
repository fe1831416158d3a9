/** How a tape came to its safe: with its end, without one because its writer died, or not as it was anchored. */
export const STORED_STATES = ['complete', 'cut', 'damaged'] as const;
export type StoredState = (typeof STORED_STATES)[number];

/**
 * What the vault signed when a tape came to its safe. From then on nothing of it may change, not what was cut by a crash
 * either: so an attacker's cut is told from a crash.
 */
export interface StoredProof {
  readonly recordingId: string;
  readonly segments: number;
  /** Hex: the chain's head after that many segments. */
  readonly head: string;
  /** Of the file. */
  readonly bytes: number;
  /** Hex SHA-256 of the file. */
  readonly digest: string;
  readonly state: StoredState;
  readonly at: number;
  /** base64 Ed25519 over the bytes of storedProofText(). */
  readonly signature: string;
}

/** What exactly is signed: one line, fields separated by spaces. */
export function storedProofText(proof: Omit<StoredProof, 'signature'>): string {
  const { recordingId, segments, head, bytes, digest, state, at } = proof;
  return `postern-stored-1 ${recordingId} ${segments} ${head} ${bytes} ${digest} ${state} ${at}`;
}
