import { z } from 'zod';
import type { TextPlace } from '#/domain/tape-text.js';
import { call } from './call-kind.js';
import { recordingFilter } from './library-calls.js';
import type { RecordingRow } from './rows.js';

const id = z.string().max(64);
/** What is looked for: one piece of text, whatever the case. */
const text = z.string().min(2).max(200);

/** A recording that may be searched. Its key is in the blob, 32 bytes each, in the order of the rows. */
export interface SearchedRow {
  readonly row: RecordingRow;
  /**
   * Where its text is: the key opens that and nothing else. Null: the key is that of the whole tape, which must be read.
   * 'growing': it is not stored yet, and is looked through for its text, which the key opens.
   */
  readonly text: readonly TextPlace[] | 'growing' | null;
}

export interface SearchPage {
  readonly rows: readonly SearchedRow[];
  /** Recordings that fit but cannot be searched: deleted, or without a known key. */
  readonly left: number;
  /** Where the next page begins; null: this was the last. */
  readonly after: string | null;
}

/** Searching recordings: a part of CALLS. */
export const SEARCH_CALLS = {
  /** Audited with the text. The permit is for this text and these recordings, as far as the person may replay them. */
  'person.search': call<{ readonly permit: string }>()(
    ['PVWAGW'],
    z.strictObject({ ticket: z.string().max(128), text, filter: recordingFilter.optional() }),
  ),
  'admin.search': call<{ readonly permit: string }>()(
    ['console'],
    z.strictObject({ text, filter: recordingFilter.optional() }),
  ),
  /** Uses a search permit up; what it is for is then searched on this connection, page by page. */
  'search.redeem': call<{ readonly search: string; readonly text: string; readonly viewer: string | null }>()(
    ['PSMAdminConnect'],
    z.strictObject({ permit: z.string().max(1024) }),
  ),
  /** Newest first. What the person may see is asked anew for each page. */
  'search.page': call<SearchPage>()(
    ['PSMAdminConnect'],
    z.strictObject({ search: id, after: id.nullable() }),
  ),
} as const;
