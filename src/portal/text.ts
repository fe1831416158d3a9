import { oneLine } from '#/domain/failure.js';
import { measuredWidth } from './measured-width.js';

const ASCII = /^[\x20-\x7e]*$/;

/** Columns that a text takes on a terminal, measured as Ink measures. */
export function width(text: string): number {
  return measuredWidth(text);
}

/** Text from targets, directories and people, fit to be shown: one line, nothing invisible, nothing that acts. */
export function shown(text: string): string {
  return oneLine(text, Number.MAX_SAFE_INTEGER);
}

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The longest beginning of a text that fits into so many columns. Never cuts a character in two. */
export function clip(text: string, columns: number): string {
  if (ASCII.test(text)) return text.slice(0, Math.max(0, columns));
  if (width(text) <= columns) return text;
  let kept = '';
  let taken = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    taken += width(segment);
    if (taken > columns) break;
    kept += segment;
  }
  return kept;
}

/** Exactly so many columns: cut with a mark where it is longer, filled with spaces where it is shorter. */
export function fit(text: string, columns: number, mark = '…'): string {
  const whole = Math.max(0, columns);
  const kept = width(text) <= whole ? text : clip(text, whole - width(mark)) + clip(mark, whole);
  return kept + ' '.repeat(Math.max(0, whole - width(kept)));
}

/** The end of a text in exactly so many columns, for what is being typed: the cursor stays in sight. */
export function fitEnd(text: string, columns: number, mark = '…'): string {
  const whole = Math.max(0, columns);
  if (width(text) <= whole) return text + ' '.repeat(whole - width(text));
  const reversed = [...GRAPHEMES.segment(text)].map(({ segment }) => segment).reverse();
  let kept = '';
  for (const segment of reversed) {
    if (width(kept) + width(segment) > whole - width(mark)) break;
    kept = segment + kept;
  }
  return fit(clip(mark, whole) + kept, whole, mark);
}

/** Breaks a sentence into lines of at most so many columns, at spaces where there are any. */
export function wrap(text: string, columns: number): readonly string[] {
  const room = Math.max(1, columns);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (width(line) > room) {
      const head = clip(line, room) || firstOf(line);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

function firstOf(text: string): string {
  const [first] = GRAPHEMES.segment(text);
  return first?.segment ?? '';
}

/** Without the last character as people see it (an accent goes with its letter). */
export function withoutLast(text: string): string {
  const last = [...GRAPHEMES.segment(text)].at(-1);
  return last === undefined ? '' : text.slice(0, last.index);
}

/** Without the last word and the spaces behind it. */
export function withoutLastWord(text: string): string {
  return text.replace(/\S*\s*$/u, '');
}
