import type { ChainedEvent, ChainPosition } from './chain.js';

/** The end of the chain as the vault signed it: rows cut off the end are noticed by it. */
export interface SignedTail {
  readonly sequence: number;
  readonly hash: string;
  /** base64 Ed25519 over tailText(). */
  readonly signature: string;
}

export interface AuditQuestion {
  /** Only rows beyond this sequence number. */
  readonly after: number;
  readonly limit: number;
  readonly newestFirst: boolean;
  /** Only rows that name this safe. */
  readonly safe?: string;
}

/** Signs the end of the chain; null while the vault is sealed. */
export type SignEnd = (end: ChainPosition) => SignedTail | null;

/** What the journal asks of the store. */
export interface AuditRecords {
  last(): Promise<ChainedEvent | null>;
  /** The row that is the last one when the transaction is committed is signed then, and that is kept with it. */
  append(event: ChainedEvent, sign: SignEnd): Promise<void>;
  list(question: AuditQuestion): Promise<readonly ChainedEvent[]>;
  tail(): Promise<SignedTail | null>;
}
