import { oneLine } from '#/domain/failure.js';
import { type Oversight, startOversight } from './oversight.js';

/** Lets the owner's input through, or keeps it while the session is suspended. */
export interface InputGate {
  take(pass: () => void): void;
  /** The session takes input, as far as it is not suspended. */
  resume(): void;
}

interface PlainOversight {
  readonly now: () => number;
  readonly mark: (label: string) => void;
  /** A line on standard error. */
  readonly tell: (line: string) => void;
  readonly holdInput: (held: boolean) => void;
  readonly holdOutput: (held: boolean) => void;
}

const LONGEST = 1100;

/** A session without a terminal: nothing of its bytes is lost while it is suspended, and nobody can take it over. */
export function overseePlain(options: PlainOversight): {
  readonly oversight: Oversight;
  readonly gate: InputGate;
} {
  const { mark, holdInput, holdOutput } = options;
  const tell = (line: string): void => options.tell(oneLine(line, LONGEST));
  const kept: (() => void)[] = [];
  const base = startOversight({
    now: options.now,
    mark,
    cover: () => undefined,
    typed: () => undefined,
    giveUp: () => undefined,
  });
  const isSuspended = (): boolean => base.state.suspended !== null;
  return {
    oversight: {
      get state() {
        return base.state;
      },
      suspend(suspension) {
        base.suspend(suspension);
        holdInput(true);
        holdOutput(suspension.frozen);
        tell(`suspended by ${suspension.by}: ${suspension.reason}`);
      },
      resume(by) {
        if (!isSuspended()) return;
        base.resume(by);
        tell(`resumed by ${by}`);
        for (const pass of kept.splice(0)) pass();
        holdOutput(false);
        holdInput(false);
      },
      remind: () => () => undefined,
      message({ by, text }) {
        mark(`message from ${by}: ${text}`);
        tell(`message from ${by}: ${text}`);
      },
      note: tell,
      takeOver: () => null,
      hold: () => undefined,
      // an account that takes four eyes has no sessions without a terminal
      company: () => undefined,
      ownerTyped: () => !isSuspended(),
      onChange: (listener) => base.onChange(listener),
      stop: () => base.stop(),
    },
    gate: {
      take(pass) {
        if (isSuspended()) kept.push(pass);
        else pass();
      },
      resume() {
        if (!isSuspended()) holdInput(false);
      },
    },
  };
}
