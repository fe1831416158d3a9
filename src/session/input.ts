/** What the person types, on its way to the pty: held until the client is ready for it, and never piling up. */
export interface Input {
  take(bytes: Buffer): void;
  /** Lets what was held go, and everything after it. */
  open(): void;
  readonly isOpen: boolean;
  /** The pty takes more. */
  drained(): void;
}

export interface InputOptions {
  /** False: enough is queued. */
  readonly write: (bytes: Buffer) => boolean;
  /** Stops and restarts the person's side. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Null: input is not recorded. */
  readonly record: ((bytes: Buffer) => void) | null;
}

const MOST_HELD = 64 * 1024;

export function createInput(options: InputOptions): Input {
  let held: Buffer[] | null = [];
  let heldBytes = 0;
  const pass = (bytes: Buffer): void => {
    options.record?.(bytes);
    if (!options.write(bytes)) options.pause();
  };
  return {
    get isOpen() {
      return held === null;
    },
    take(bytes) {
      if (held === null) return pass(bytes);
      held.push(bytes);
      heldBytes += bytes.length;
      if (heldBytes >= MOST_HELD) options.pause();
    },
    open() {
      if (held === null) return;
      const waiting = held;
      held = null;
      options.resume();
      for (const bytes of waiting) pass(bytes);
    },
    drained: () => options.resume(),
  };
}
