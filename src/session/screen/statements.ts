import { isContinuation } from './prompt-line.js';

/** What was entered at a prompt, as the screen showed it. `at`: the moment of its (first) Enter, on the tape. */
export interface ReadCommand {
  readonly text: string;
  readonly at: number;
}

/** Puts the lines of one statement together: those that were entered at a prompt that asks for more. */
export interface Statements {
  line(text: string, prompt: string, at: number): void;
  /** Another line was left on the screen. */
  passed(): void;
  /** Nothing was shown since the last line: a prompt that comes now may ask for more of it. */
  readonly mayGoOn: boolean;
  /** A statement that asked for more was dropped. */
  drop(): void;
  flush(): void;
  stop(): void;
}

interface Held {
  text: string;
  readonly at: number;
  readonly prompt: string;
  feeds: number;
  looks: number;
  timer: NodeJS.Timeout | null;
}

const LONGEST = 16 * 1024;
/** Milliseconds until it is looked whether a prompt for the statement's next line has come; and again, while nothing has. */
const NEXT_LINE = 150;
const MOST_LOOKS = 10;

export function gatherStatements(options: {
  readonly give: (command: ReadCommand) => void;
  /** What stands before what is typed now. */
  readonly promptNow: () => string;
}): Statements {
  let held: Held | null = null;
  return {
    line(text, prompt, at) {
      const goesOn =
        held?.feeds === 0 && nextLineOf(held, prompt) && held.text.length + text.length < LONGEST;
      if (held === null || !goesOn) {
        release();
        held = {
          text: text.slice(0, LONGEST),
          at,
          prompt,
          feeds: 0,
          looks: 0,
          timer: setTimeout(look, NEXT_LINE),
        };
        return;
      }
      held.text += `\n${text}`;
      if (held.timer !== null) clearTimeout(held.timer);
      held.looks = 0;
      held.timer = setTimeout(look, NEXT_LINE);
    },
    passed() {
      if (held !== null) held.feeds += 1;
    },
    get mayGoOn() {
      return held?.feeds === 0;
    },
    drop() {
      if (held?.timer === null) held = null;
    },
    flush: release,
    stop() {
      if (held !== null && held.timer !== null) clearTimeout(held.timer);
      held = null;
    },
  };

  function look(): void {
    if (held === null) return;
    held.timer = null;
    held.looks += 1;
    const prompt = options.promptNow();
    if (held.feeds === 0 && prompt === '' && held.looks < MOST_LOOKS)
      held.timer = setTimeout(look, NEXT_LINE);
    else if (held.feeds > 0 || !nextLineOf(held, prompt)) release();
  }
  function release(): void {
    const one = held;
    held = null;
    if (one === null) return;
    if (one.timer !== null) clearTimeout(one.timer);
    options.give({ text: one.text, at: one.at });
  }
}

function nextLineOf(held: Held, prompt: string): boolean {
  return prompt !== '' && prompt !== held.prompt && isContinuation(prompt);
}
