import { excess, NOTHING_TYPED, overdue, printed, type TypedLines, typed } from './typed-lines.js';

/** Records input where policy says so; what was typed while the program did not echo is never in clear. */
export interface InputTape {
  typed(bytes: Buffer): void;
  printed(bytes: Buffer): void;
  stop(): void;
}

const LOOK_AGAIN = 500;
/** Bytes of a paste that are looked at together. */
const AT_ONCE = 4096;

export function startInputTape(options: {
  readonly now: () => number;
  readonly record: (bytes: Buffer) => void;
}): InputTape {
  let state: TypedLines = NOTHING_TYPED;
  const take = (next: { readonly state: TypedLines; readonly record: readonly Buffer[] }): void => {
    state = next.state;
    for (const bytes of next.record) options.record(bytes);
  };
  const timer = setInterval(() => take(overdue(state, options.now())), LOOK_AGAIN);
  return {
    typed: (bytes) => {
      for (let at = 0; at < bytes.length; at += AT_ONCE) {
        state = typed(state, bytes.subarray(at, at + AT_ONCE), options.now());
        take(excess(state));
      }
    },
    printed: (bytes) => {
      if (state.waiting.length > 0) take(printed(state, bytes));
    },
    stop() {
      clearInterval(timer);
      take(overdue(state, Number.POSITIVE_INFINITY));
    },
  };
}
