/** Pieces of output that end where a character ends, for a decoder that must never see half of one. */
export interface WholeCharacters {
  /** What can be given on by now: one piece at least, of at most `LONGEST` bytes each. */
  take(bytes: Uint8Array): readonly Uint8Array[];
  /** The beginning of a character whose others have not come yet. */
  readonly held: Uint8Array;
}

/** The decoder cuts longer ones itself, anywhere. */
const LONGEST = 64 * 1024;

export function wholeCharacters(): WholeCharacters {
  let held: Uint8Array = Buffer.alloc(0);
  return {
    take(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const whole = all.length - partialCharacter(all);
      held = Buffer.from(all.subarray(whole));
      const pieces: Uint8Array[] = [];
      for (let from = 0; from < whole || pieces.length === 0; from += pieces.at(-1)?.length ?? whole) {
        const piece = all.subarray(from, Math.min(from + LONGEST, whole));
        const last = from + piece.length === whole;
        pieces.push(last ? piece : piece.subarray(0, piece.length - partialCharacter(piece)));
      }
      return pieces;
    },
    get held() {
      return held;
    },
  };
}

/** How many of the last bytes are the beginning of a UTF-8 character. */
export function partialCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < lengthOf(byte) ? back : 0;
  }
  return 0;
}

function lengthOf(lead: number): number {
  if (lead >= 0xf8) return 1;
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
