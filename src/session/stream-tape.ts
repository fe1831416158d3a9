/** What of a stream without a terminal is kept: its beginning and its end, and how much came in between. */
export interface StreamTape {
  take(bytes: Buffer): void;
  /** Puts what was held back on the tape. */
  end(): void;
  /** All bytes that were taken. */
  readonly bytes: number;
}

export interface Kept {
  readonly head: number;
  readonly tail: number;
}

/** Bulk is not worth a disk: nobody reads the second megabyte of an archive. */
export const COMMAND_KEPT: Kept = { head: 1024 * 1024, tail: 64 * 1024 };
/** Of a file transfer the recording has no contents. */
export const TRANSFER_KEPT: Kept = { head: 0, tail: 0 };

export function startStreamTape(options: {
  readonly kept: Kept;
  readonly record: (bytes: Buffer) => void;
  /** So many bytes were left out here. */
  readonly leftOut: (bytes: number) => void;
}): StreamTape {
  const { head, tail } = options.kept;
  let bytes = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  let dropped = 0;
  return {
    take(chunk) {
      const room = Math.max(0, head - bytes);
      bytes += chunk.length;
      const first = chunk.subarray(0, room);
      if (first.length > 0) options.record(first);
      const rest = chunk.subarray(room);
      if (rest.length > 0) hold(rest);
    },
    end() {
      if (dropped > 0) options.leftOut(dropped);
      for (const chunk of held) options.record(chunk);
      held = [];
      heldBytes = 0;
      dropped = 0;
    },
    get bytes() {
      return bytes;
    },
  };

  function hold(chunk: Buffer): void {
    const last = chunk.subarray(Math.max(0, chunk.length - tail));
    dropped += chunk.length - last.length;
    // a copy: a small piece must not keep the large buffer that it was cut from
    if (last.length > 0) held.push(Buffer.from(last));
    heldBytes += last.length;
    while (heldBytes > tail) {
      const [first] = held;
      if (first === undefined) return;
      const over = Math.min(first.length, heldBytes - tail);
      dropped += over;
      heldBytes -= over;
      if (over === first.length) held.shift();
      else held[0] = first.subarray(over);
    }
  }
}
