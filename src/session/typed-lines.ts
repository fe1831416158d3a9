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
  const record = late.map((line) =>
    line.shown === charactersOf(line.bytes).length ? line.bytes : masked(line.bytes),
  );
  return { state: { waiting: state.waiting.filter((line) => now - line.at < PATIENCE) }, record };
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

/** Escape sequences of keys are no characters. */
function isCharacter(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? 0;
  if (byte < 0x20 || byte === 0x7f) return false;
  const escape = bytes.lastIndexOf(0x1b, at);
  return escape < 0 || !/^(?:[[O][0-9;]*)?$/.test(bytes.subarray(escape + 1, at).toString('latin1'));
}

function charactersOf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((_byte, at) => isCharacter(bytes, at)));
}

function masked(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => (isCharacter(bytes, at) ? STAR : byte)));
}
