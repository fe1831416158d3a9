import { NOTHING_TYPED, overdue, printed, type TypedLines, typed } from './typed-lines.js';

/** Records input where policy says so; what was typed while the program did not echo is never in clear. */
export interface InputTape {
  typed(bytes: Buffer): void;
  printed(bytes: Buffer): void;
  stop(): void;
}

const LOOK_AGAIN = 500;

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
      state = typed(state, bytes, options.now());
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
