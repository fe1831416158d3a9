import { z } from 'zod';
import { call } from './call-kind.js';

const id = z.string().max(64);

/** Something that the books of recordings and the audit do not agree about. */
export interface BookFinding {
  /** Null: it is about the audit itself. */
  readonly recordingId: string | null;
  readonly kind: 'missing' | 'tampered';
  readonly detail: string;
}

export interface BooksVerdict {
  /** Recordings that the audit names. */
  readonly audited: number;
  readonly auditRows: number;
  readonly findings: readonly BookFinding[];
}

/** How recordings are proven to be whole: a part of CALLS. */
export const PROOF_CALLS = {
  /** Walks the whole audit and holds every head in it against the books: none named: all recordings. */
  'admin.recordings.books': call<BooksVerdict>()(
    ['console'],
    z.strictObject({ recordingIds: z.array(id).max(10_000) }),
  ),
  /** Recordings in the order of their ids, beyond `after`. */
  'admin.recordings.ids': call<
    readonly { readonly id: string; readonly stored: 'live' | 'spool' | 'safe' | 'deleted' }[]
  >()(['console'], z.strictObject({ after: id, limit: z.int().min(1).max(10_000) })),
  /** The vault's key that heads, statements and the audit are signed with: PEM. */
  'admin.publicKey': call<{ readonly pem: string; readonly fingerprint: string }>()(
    ['console'],
    z.strictObject({}),
  ),
} as const;
