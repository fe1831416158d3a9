import type { ChainedEvent } from './chain.js';

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

/** What the journal asks of the store. */
export interface AuditRecords {
  last(): Promise<ChainedEvent | null>;
  insert(event: ChainedEvent): Promise<void>;
  list(question: AuditQuestion): Promise<readonly ChainedEvent[]>;
  tail(): Promise<SignedTail | null>;
  saveTail(tail: SignedTail): Promise<void>;
}
