import type { Terminal } from '@xterm/headless';
import { coreOf } from '#/terminal/internals.js';
import { cursorLine } from './line-reader.js';
import { afterPrompt, isMasked, isPrompt, showsTyped } from './prompt-line.js';
import { gatherStatements, type ReadCommand } from './statements.js';
import { createKeyCutter, type Key } from './typed-keys.js';

/**
 * Reads commands from the screen, not from the keys: the prompt is what stands before the cursor when the first key of a
 * line comes, and the command what stands after it when the line is left by Enter. So a line from the history, or one that
 * was completed or edited, is read as it was run; and of what is not echoed nothing is there to be read.
 */
export interface Commands {
  /** Keys of the person, in order with what was shown. The bytes are wiped. */
  typed(bytes: Uint8Array, at: number): void;
  /** Gives what is held back, because its next line might have come. */
  flush(): void;
  stop(): void;
}

/** A line that was ended by Enter and has not been left on the screen yet. */
interface Entered {
  readonly at: number;
  /** What was typed, where that alone makes the line; null: it was edited. */
  readonly typed: string | null;
  readonly prompts: readonly Prompt[];
  readonly rows: 'one' | 'many';
  /** Lines of output that passed since: it is not waited for forever. */
  passed: number;
  /** It came while the line before it was still waited for. */
  readonly ahead: boolean;
}

interface Prompt {
  readonly text: string;
  /** What stands at the right of the cursor. */
  readonly aside: string;
}

interface Found {
  readonly text: string;
  readonly prompt: Prompt | null;
  /** It is what was typed, or nothing was shown of that, or it was edited and may be anything. */
  readonly sure: boolean;
}

const LONGEST_TYPED = 4096;
const MOST_AHEAD = 200;
const MOST_PASSED = 200;
/** Milliseconds after which a line that was never left is forgotten. */
const FORGOTTEN = 5000;

export function watchCommands(
  terminal: Terminal,
  options: { readonly give: (command: ReadCommand) => void; readonly now?: () => number },
): Commands {
  const { give, now = () => performance.now() } = options;
  const cutter = createKeyCutter();
  let prompts: readonly Prompt[] = [];
  let begun = false;
  let many = false;
  let typed: number[] | null = [];
  let entered: Entered[] = [];
  let chained = false;
  let lastKey = 0;
  let lastPrompt: Prompt | null = null;
  const statements = gatherStatements({
    give,
    promptNow: () => (begun ? (prompts[0]?.text ?? '') : cursorLine(terminal).before),
  });

  const handler = coreOf(terminal)._inputHandler;
  const lineFeed = handler.lineFeed.bind(handler);
  handler.lineFeed = () => {
    if (entered.length > 0) left();
    else statements.passed();
    return lineFeed();
  };

  return {
    typed(bytes, at) {
      const time = now();
      if (time - lastKey > FORGOTTEN) entered = [];
      lastKey = time;
      if (begun) lookAgain();
      for (const key of cutter.take(bytes)) press(key, at);
      bytes.fill(0);
    },
    flush: () => statements.flush(),
    stop: () => statements.stop(),
  };

  function press(key: Key, at: number): void {
    if (terminal.buffer.active.type === 'alternate') return reset();
    if (key.kind === 'drop') {
      drop();
      return reset();
    }
    if (key.kind === 'end' && !begun) return;
    begin();
    if (key.kind === 'enter') return enter(at);
    if (key.kind === 'character' && typed !== null && typed.length < LONGEST_TYPED) typed.push(key.byte);
    else if (key.kind === 'rubout') typed?.splice(lastCharacter(typed));
    else if (key.kind === 'edit' || key.kind === 'end') {
      typed = null;
      many = true;
    } else if (key.kind === 'paste') many = true;
  }
  /** At the first key of a line. */
  function begin(): void {
    if (begun) return;
    begun = true;
    const { before, text } = cursorLine(terminal);
    const prompt = knownPrompt(before) ?? newPrompt(before, text);
    prompts = prompt === null ? [] : [prompt];
  }
  /** The program that took the first keys may have been another one: then there is a new prompt. */
  function lookAgain(): void {
    const { before, text } = cursorLine(terminal);
    if (
      prompts.some((one) =>
        cursorLine(terminal, { prompt: one.text, rows: 'many' }).text.startsWith(one.text),
      )
    )
      return;
    const known = knownPrompt(before);
    const prompt = known ?? (prompts.length > 0 ? newPrompt(before, text) : null);
    if (prompt === null) return;
    if (known === null) typed = typed === null ? null : [];
    // a search through the history has a prompt of its own, and gives the first one back
    prompts = [...prompts.slice(0, 1), prompt];
  }
  /** Keys that came ahead may be shown behind it already. */
  function knownPrompt(before: string): Prompt | null {
    const again = lastPrompt === null ? -1 : before.lastIndexOf(lastPrompt.text);
    return lastPrompt === null || again < 0
      ? null
      : { ...lastPrompt, text: before.slice(0, again) + lastPrompt.text };
  }
  function newPrompt(before: string, text: string): Prompt | null {
    const known = isPrompt(before) || (statements.mayGoOn && before !== '');
    return known ? { text: before, aside: text.slice(before.length).trim() } : null;
  }
  function enter(at: number): void {
    if (entered.length >= MOST_AHEAD) entered = [];
    const text = typed === null ? null : Buffer.from(typed).toString('utf8').trim();
    const ahead = entered.some(({ passed }) => passed === 0);
    // of an Enter alone, at nothing that looks like a prompt, there is nothing to be found
    if (prompts.length > 0 || ahead || (text !== null && text !== ''))
      entered.push({ at, typed: text, prompts, rows: many ? 'many' : 'one', passed: 0, ahead });
    reset();
  }
  function reset(): void {
    typed?.fill(0);
    typed = [];
    prompts = [];
    begun = false;
    many = false;
  }
  function drop(): void {
    entered = [];
    statements.drop();
  }

  /** The cursor is about to leave its line. */
  function left(): void {
    if (terminal.buffer.active.type === 'alternate') return void (entered = []);
    const found = entered.map((waiting) => read(waiting));
    const sure = found.findIndex((one) => one?.sure === true);
    const index = sure >= 0 ? sure : found.findIndex((one) => one !== null);
    const [line, best] = [entered[index], found[index]];
    if (line !== undefined && best !== undefined && best !== null) {
      entered = entered.slice(index + 1);
      return take(line, best);
    }
    entered = entered.filter((one) => (one.passed += 1) <= MOST_PASSED);
    statements.passed();
  }
  function take({ at }: Entered, { text, prompt }: Found): void {
    chained = text !== '';
    if (prompt !== null) lastPrompt = prompt;
    if (text !== '' && !isMasked(text)) statements.line(text, prompt?.text ?? '', at);
    else statements.passed();
  }
  /** The command on the cursor's line; null: it is not the line that was entered. */
  function read({ typed: keys, ...one }: Entered): Found | null {
    for (const known of [...one.prompts, ...(one.ahead && lastPrompt !== null ? [lastPrompt] : [])]) {
      const line = cursorLine(terminal, { prompt: known.text, rows: one.rows });
      const text = afterPrompt(line.text, known.text, known.aside);
      if (text !== null) return { text, prompt: known, sure: text === '' || keys === null || text === keys };
    }
    if (keys === null || keys === '') return null;
    const { text } = cursorLine(terminal);
    const shown = text.trimEnd();
    if (showsTyped(shown, keys))
      return { text: keys, prompt: { text: shown.slice(0, -keys.length), aside: '' }, sure: true };
    return one.ahead && chained && shown.trim() === keys ? { text: keys, prompt: null, sure: true } : null;
  }
}

/** Where the last character begins, of UTF-8 bytes. */
function lastCharacter(bytes: readonly number[]): number {
  let at = bytes.length - 1;
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return Math.max(0, at);
}
