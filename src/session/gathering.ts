/** Output on its way: at once for who types and reads, in larger pieces while much of it streams by. */
export interface Gathering {
  readonly take: (bytes: Buffer) => void;
  /** Gives what was taken, now. */
  readonly flush: () => void;
}

/** A terminal is read 4 KiB at a time. Each piece costs a line on the tape, a frame, a packet and four processes a wake-up. */
const ENOUGH = 32 * 1024;
/** A piece of so many bytes, and the next within so many milliseconds: it streams, and may wait for more. */
const MUCH = 1024;
const SOON = 5;
const PATIENCE = 2;

export function startGathering(options: {
  /** Milliseconds. */
  readonly now: () => number;
  readonly give: (bytes: Buffer) => void;
}): Gathering {
  let taken: Buffer[] = [];
  let size = 0;
  let given = { size: 0, at: 0 };
  let cancel: (() => void) | null = null;
  return { take, flush };

  function take(bytes: Buffer): void {
    taken.push(bytes);
    size += bytes.length;
    if (size >= ENOUGH) flush();
    else cancel ??= given.size >= MUCH && options.now() - given.at <= SOON ? later() : thisTurn();
  }
  function thisTurn(): () => void {
    const immediate = setImmediate(flush);
    return () => clearImmediate(immediate);
  }
  function later(): () => void {
    const timer = setTimeout(flush, PATIENCE);
    return () => clearTimeout(timer);
  }
  function flush(): void {
    cancel?.();
    cancel = null;
    const [first] = taken;
    if (first === undefined) return;
    const bytes = taken.length === 1 ? first : Buffer.concat(taken, size);
    given = { size, at: options.now() };
    taken = [];
    size = 0;
    options.give(bytes);
  }
}
