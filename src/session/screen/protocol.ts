import type { TextLine } from '#/domain/tape-text.js';

/** Owner to worker, many together. Messages are handled in order; one screen's work never waits for another's. */
export type ToWorker =
  | { readonly type: 'open'; readonly screen: number; readonly columns: number; readonly rows: number }
  | { readonly type: 'write'; readonly screen: number; readonly bytes: Uint8Array; readonly at: number }
  | { readonly type: 'typed'; readonly screen: number; readonly bytes: Uint8Array; readonly at: number }
  | { readonly type: 'flush'; readonly screen: number; readonly request: number }
  | { readonly type: 'resize'; readonly screen: number; readonly columns: number; readonly rows: number }
  | { readonly type: 'snapshot'; readonly screen: number; readonly request: number }
  | { readonly type: 'close'; readonly screen: number };

export type FromWorker =
  | { readonly type: 'taken'; readonly screen: number; readonly bytes: number }
  | { readonly type: 'command'; readonly screen: number; readonly text: string; readonly at: number }
  | { readonly type: 'text'; readonly screen: number; readonly lines: readonly TextLine[] }
  | { readonly type: 'flushed'; readonly request: number }
  | {
      readonly type: 'snapshot';
      readonly request: number;
      readonly columns: number;
      readonly rows: number;
      readonly screen: string;
      readonly held: Uint8Array;
      readonly row: number;
      readonly exact: boolean;
    };
