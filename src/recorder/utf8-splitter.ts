/** Bytes that became text. `raw` is there when they are not valid UTF-8: the text then has U+FFFD in it. */
export interface SplitText {
  readonly text: string;
  readonly raw: Buffer | null;
}

/**
 * Turns chunks of bytes, cut anywhere, into texts that together are the same for every way of cutting. At most three
 * bytes, the beginning of a character, wait for the next chunk.
 */
export class Utf8Splitter {
  #waiting: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): SplitText {
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    const whole = bytes.length - unfinishedCharacter(bytes);
    this.#waiting = Buffer.from(bytes.subarray(whole));
    return toText(bytes.subarray(0, whole));
  }

  /** What waits, as it is: the end of the stream came. */
  end(): SplitText {
    const rest = this.#waiting;
    this.#waiting = Buffer.alloc(0);
    return toText(rest);
  }
}

function toText(bytes: Buffer): SplitText {
  const text = bytes.toString('utf8');
  const valid = !text.includes('\uFFFD') || Buffer.from(text, 'utf8').equals(bytes);
  return { text, raw: valid ? null : Buffer.from(bytes) };
}

/** How many bytes at the end (0 to 3) begin a character that is longer than what is there. */
export function unfinishedCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return characterLength(byte) > back ? back : 0;
  }
  return 0;
}

function characterLength(lead: number): number {
  if (lead >= 0xf8) return 1;
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
