import type { KeyboardAuthContext } from 'ssh2';

export interface Question {
  readonly prompt: string;
  /** A line above it; empty for none. */
  readonly instruction: string;
}

/** Longer answers are none: nobody has such a password. */
const LONGEST = 4096;

/** One round of keyboard-interactive with one question whose answer may be seen. Null: the client began anew. */
export function askShown(
  context: KeyboardAuthContext,
  { prompt, instruction }: Question,
): Promise<string | null> {
  return new Promise((resolve) => {
    context.once('abort', () => resolve(null));
    context.prompt([{ prompt, echo: true }], '', instruction, (answers: unknown) => {
      const [answer] = Array.isArray(answers) ? (answers as unknown[]) : [];
      resolve(typeof answer === 'string' ? answer.slice(0, LONGEST) : null);
    });
  });
}

/**
 * One round of keyboard-interactive with one hidden question. Null: the client answered something else, or began anew.
 * `onAnswer` runs at once when an answer comes, before anything else is read from the client. ssh2 hands answers over as
 * strings; here they become bytes that the caller wipes.
 */
export function askHidden(
  context: KeyboardAuthContext,
  { prompt, instruction }: Question,
  onAnswer: () => void,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    context.once('abort', () => resolve(null));
    context.prompt([{ prompt, echo: false }], '', instruction, (answers: unknown) => {
      // or what ssh2 says of a client that began anew
      if (!Array.isArray(answers)) return resolve(null);
      onAnswer();
      const [answer, ...more] = answers as unknown[];
      const fits = typeof answer === 'string' && more.length === 0 && answer.length <= LONGEST;
      resolve(fits ? Buffer.from(answer, 'utf8') : null);
    });
  });
}
