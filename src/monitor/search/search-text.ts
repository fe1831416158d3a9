import { decodeTextLine, type TextKind } from '#/domain/tape-text.js';
import { neutralLine } from '../neutral-text.js';

/** A line with what was looked for. */
export interface FoundLine {
  /** Milliseconds on the tape. */
  readonly at: number;
  readonly kind: TextKind;
  /** A part of the line around it, harmless to show. */
  readonly line: string;
}

/** Characters around what was found. */
const BEFORE = 60;
const AFTER = 140;
/** A command stands on the screen, too, in the line that was entered. */
const SAME_MOMENT = 1000;

/** The lines of a part of a recording's text that match, at most so many. `bytes`: as they stand on the tape, uncompressed. */
export function searchText(bytes: Buffer, pattern: RegExp, most: number): readonly FoundLine[] {
  const text = bytes.toString('latin1');
  const found: FoundLine[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null && found.length < most; match = pattern.exec(text)) {
    const start = text.lastIndexOf('\n', match.index) + 1;
    const next = text.indexOf('\n', match.index);
    const end = next < 0 ? text.length : next;
    const line = foundLine(bytes.subarray(start, end), match.index - start);
    if (line === null) {
      // it began in what stands before the text
      pattern.lastIndex = match.index + 1;
      continue;
    }
    found.push(line);
    pattern.lastIndex = end + 1;
  }
  return found;
}

function foundLine(bytes: Buffer, offset: number): FoundLine | null {
  const line = decodeTextLine(bytes.toString('utf8'));
  if (line === null) return null;
  const head = bytes.length - Buffer.byteLength(line.text, 'utf8');
  if (offset < head) return null;
  const before = bytes.subarray(head, offset).toString('utf8').length;
  return { at: line.at, kind: line.kind, line: around(line.text, before) };
}

function around(text: string, at: number): string {
  const from = Math.max(0, at - BEFORE);
  const part = `${from > 0 ? '…' : ''}${text.slice(from, at + AFTER)}${at + AFTER < text.length ? '…' : ''}`;
  return neutralLine(part).trim();
}

/** In order of time; a command is told once, not also as the line of the screen that it was entered in. */
export function inOrder(lines: readonly FoundLine[]): readonly FoundLine[] {
  const sorted = lines.toSorted((a, b) => a.at - b.at);
  return sorted.filter((line, place) => {
    const isCommandHere = (other: FoundLine | undefined): boolean =>
      other?.kind === 'command' &&
      Math.abs(other.at - line.at) < SAME_MOMENT &&
      line.line.includes(other.line);
    return line.kind !== 'screen' || !NEAR.some((by) => isCommandHere(sorted[place + by]));
  });
}

const NEAR = [-2, -1, 1, 2];
