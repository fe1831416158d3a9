import type { TranscriptFrame } from '#/contract/replay-link.js';
import { lineAt, type TapeTranscript } from './tape-transcript.js';

/** What a viewer sees of the transcript: so many rows, from a line on; null: it follows the picture. */
export interface TranscriptView {
  readonly rows: number;
  readonly from: number | null;
}

/** Null: nobody looks at it. */
export function transcriptFrame(
  { lines, whole }: Pick<TapeTranscript, 'lines' | 'whole'>,
  { rows, from }: TranscriptView,
  at: number,
): TranscriptFrame | null {
  if (rows <= 0) return null;
  const current = lineAt(lines, at);
  // what comes next is in sight, too
  const wanted = from ?? current - Math.floor(rows * 0.7);
  const first = Math.max(0, Math.min(wanted, lines.length - rows));
  return {
    type: 'transcript',
    first,
    total: lines.length,
    current,
    whole,
    lines: lines.slice(first, first + rows),
  };
}
