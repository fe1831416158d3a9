/**
 * What was typed, as it may be recorded: a line whose every character the program showed, in order and at once, is
 * recorded as it is; of any other line the characters are stars, because it may be a password. Keys that are no
 * characters (Enter, Ctrl-C, arrows) are always kept. A full-screen program echoes little, so little of it is in clear.
 */
export interface TypedLines {
  readonly waiting: readonly TypedLine[];
}

export interface TypedLine {
  readonly bytes: Buffer;
  /** How many of its characters' bytes the program has shown. */
  readonly shown: number;
  /** Its end was typed: what follows belongs to the next. */
  readonly ended: boolean;
  /** Milliseconds, of its last key. */
  readonly at: number;
}

export const NOTHING_TYPED: TypedLines = { waiting: [] };

/** So long after its last key a line is recorded, shown or not. */
const PATIENCE = 2000;
const STAR = 0x2a;
/** A terminal takes no longer lines (N_TTY_BUF_SIZE). */
const LONGEST_LINE = 4096;
const MOST_LINES = 256;

export function typed(state: TypedLines, bytes: Buffer, at: number): TypedLines {
  const waiting = [...state.waiting];
  for (const piece of lines(bytes)) {
    const last = waiting.at(-1);
    const ended = isEnd(piece.at(-1));
    if (last === undefined || last.ended) waiting.push({ bytes: piece, shown: 0, ended, at });
    else waiting[waiting.length - 1] = { ...last, bytes: Buffer.concat([last.bytes, piece]), ended, at };
  }
  return { waiting };
}

/** The program printed something: an echo is what continues the line exactly; anything else is none. */
export function printed(
  state: TypedLines,
  output: Buffer,
): { readonly state: TypedLines; readonly record: readonly Buffer[] } {
  const record: Buffer[] = [];
  const waiting = [...state.waiting];
  let at = 0;
  for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
    const characters = charactersOf(line.bytes);
    let shown = line.shown;
    while (shown < characters.length && at < output.length && output[at] === characters[shown]) {
      shown += 1;
      at += 1;
    }
    const newline = output.indexOf(0x0a, at);
    if (!line.ended || newline < 0) {
      waiting[0] = { ...line, shown };
      break;
    }
    record.push(shown === characters.length ? line.bytes : masked(line.bytes));
    waiting.shift();
    at = newline + 1;
  }
  return { state: { waiting }, record };
}

/** What has waited long enough, or, at the end, everything. */
export function overdue(
  state: TypedLines,
  now: number,
): { readonly state: TypedLines; readonly record: readonly Buffer[] } {
  const late = state.waiting.filter((line) => now - line.at >= PATIENCE);
  const record = late.map(recorded);
  return { state: { waiting: state.waiting.filter((line) => now - line.at < PATIENCE) }, record };
}

/** What is too much to wait for, from the front: nobody types that fast, and it must not fill the memory. */
export function excess(state: TypedLines): {
  readonly state: TypedLines;
  readonly record: readonly Buffer[];
} {
  const { waiting } = state;
  const long = waiting.findLastIndex((line) => line.bytes.length > LONGEST_LINE);
  const cut = Math.max(long + 1, waiting.length - MOST_LINES, 0);
  return { state: { waiting: waiting.slice(cut) }, record: waiting.slice(0, cut).map(recorded) };
}

function lines(bytes: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    if (!isEnd(bytes[at])) continue;
    found.push(bytes.subarray(start, at + 1));
    start = at + 1;
  }
  return start < bytes.length ? [...found, bytes.subarray(start)] : found;
}

function isEnd(byte: number | undefined): boolean {
  return byte === 0x0d || byte === 0x0a;
}

type KeySequence = 'none' | 'begun' | 'going on';

/** For each byte whether it is of a character; escape sequences of keys are none. One pass: a line may be a paste. */
function characterMask(bytes: Buffer): readonly boolean[] {
  const mask: boolean[] = [];
  let sequence: KeySequence = 'none';
  for (const byte of bytes) {
    mask.push(sequence === 'none' && byte >= 0x20 && byte !== 0x7f);
    sequence = sequenceAfter(sequence, byte);
  }
  return mask;
}

function sequenceAfter(sequence: KeySequence, byte: number): KeySequence {
  if (byte === 0x1b) return 'begun';
  const parameter = (byte >= 0x30 && byte <= 0x39) || byte === 0x3b;
  if (sequence === 'begun') return byte === 0x5b || byte === 0x4f ? 'going on' : 'none';
  return sequence === 'going on' && parameter ? 'going on' : 'none';
}

function charactersOf(bytes: Buffer): Buffer {
  const mask = characterMask(bytes);
  return Buffer.from(bytes.filter((_byte, at) => mask[at] === true));
}

function masked(bytes: Buffer): Buffer {
  const mask = characterMask(bytes);
  return Buffer.from(bytes.map((byte, at) => (mask[at] === true ? STAR : byte)));
}

function recorded(line: TypedLine): Buffer {
  return line.shown === charactersOf(line.bytes).length ? line.bytes : masked(line.bytes);
}
