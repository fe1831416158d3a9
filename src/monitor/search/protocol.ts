import type { TextPlace } from '#/domain/tape-text.js';
import type { FoundLine } from './search-text.js';

/** To the thread that searches: one recording. */
export interface Wanted {
  readonly recordingId: string;
  /** Where it may be. */
  readonly paths: readonly string[];
  /** Null: the tape itself is read, and the key is that of the whole. 'growing': it is not stored yet. */
  readonly text: readonly TextPlace[] | 'growing' | null;
  readonly key: Uint8Array;
}

export type ToSearcher =
  | { readonly type: 'pattern'; readonly text: string }
  /** A batch; each is answered in order. */
  | {
      readonly type: 'search';
      readonly batch: number;
      readonly wanted: readonly Wanted[];
      readonly most: number;
    };

export type FromSearcher =
  | {
      readonly type: 'found';
      readonly batch: number;
      /** Which of the batch. */
      readonly place: number;
      readonly lines: readonly FoundLine[];
    }
  | { readonly type: 'done'; readonly batch: number /** Could not be read. */; readonly failed: number };
