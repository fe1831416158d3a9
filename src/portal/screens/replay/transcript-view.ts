import type { TranscriptFrame } from '#/contract/replay-link.js';
import type { TerminalSize } from '#/domain/session.js';
import { shown } from '../../text.js';
import { duration } from '../../times.js';
import { EMPTY, fitLine, inOneLook, type Line, type Signs, span } from '../../view.js';

/** From here on there is room for the transcript beside the picture. */
const WIDE = 120;

/** Columns of the transcript; 0: there is no room for it. */
export function transcriptColumns({ columns }: { readonly columns: number }): number {
  return columns >= WIDE ? Math.min(70, Math.floor(columns * 0.36)) : 0;
}

/** `line`: the one that is selected; null: the one of the moment is shown. */
export function transcriptLines(
  frame: TranscriptFrame | null,
  line: number | null,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  if (frame === null) return [[span('Reading the transcript…', 'quiet')]];
  if (frame.total === 0)
    return [[span(frame.whole ? 'Nothing was to be read.' : 'Reading the transcript…', 'quiet')]];
  return Array.from({ length: room.rows }, (_, row): Line => {
    const one = frame.lines[row];
    if (one === undefined) return EMPTY;
    const number = frame.first + row;
    const time = duration(one.at).padStart(7);
    const text = one.kind === 'screen' ? shown(one.text) : `${one.kind}: ${shown(one.text)}`;
    const mark = number === (line ?? frame.current) ? sign('pointer') : ' ';
    const whole = [
      span(`${mark} `, 'key'),
      span(`${time}  `, 'quiet'),
      span(text, lookOf(number, one.kind, frame)),
    ];
    return number === line ? inOneLook(fitLine(whole, room.columns, sign('more')), 'selected') : whole;
  });
}

function lookOf(
  number: number,
  kind: TranscriptFrame['lines'][number]['kind'],
  { current }: TranscriptFrame,
): 'quiet' | 'strong' | undefined {
  if (number > current) return 'quiet';
  return kind === 'screen' ? undefined : 'strong';
}

/** The line that a move leads to, and where the window must begin so that it is in sight. */
export function moved(
  frame: TranscriptFrame,
  line: number,
  by: number,
): { readonly line: number; readonly from: number } {
  const rows = Math.max(1, frame.lines.length);
  const next = Math.max(0, Math.min(line + by, frame.total - 1));
  const first = Math.min(Math.max(frame.first, next - rows + 1), next);
  return { line: next, from: first };
}
