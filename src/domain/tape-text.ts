/** What can be searched of a recording, line by line: what stood on the screen, was run, was done, or was marked. */
export interface TextLine {
  /** Milliseconds on the tape. */
  readonly at: number;
  readonly kind: TextKind;
  /** One line. */
  readonly text: string;
}

export const TEXT_KINDS = ['screen', 'command', 'activity', 'marker'] as const;
export type TextKind = (typeof TEXT_KINDS)[number];

/** A segment of text, where it stands in the file of its tape. */
export interface TextPlace {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
}

const LETTERS: Readonly<Record<TextKind, string>> = { screen: 's', command: 'c', activity: 'a', marker: 'm' };
const KINDS: Readonly<Record<string, TextKind>> = { s: 'screen', c: 'command', a: 'activity', m: 'marker' };
/** Longer lines are cut: nobody reads on. */
const LONGEST = 4096;

/** Time in base 36, a letter for the kind, the text. */
export function encodeTextLine({ at, kind, text }: TextLine): string {
  const flat = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return `${Math.max(0, Math.round(at)).toString(36)}${SEPARATOR}${LETTERS[kind]}${flat.replaceAll('\n', NEXT_LINE)}\n`;
}

/** Null: not such a line. */
export function decodeTextLine(line: string): TextLine | null {
  const tab = line.indexOf(SEPARATOR);
  const kind = KINDS[line[tab + 1] ?? ''];
  if (tab < 1 || tab > 9 || kind === undefined) return null;
  const at = Number.parseInt(line.slice(0, tab), 36);
  return Number.isSafeInteger(at) && at >= 0 ? { at, kind, text: line.slice(tab + 2) } : null;
}

const SEPARATOR = '\t';
/** Stands for the newlines within a command. */
const NEXT_LINE = ' ⏎ ';
