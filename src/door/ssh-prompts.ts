import type { KeyboardAuthContext } from 'ssh2';

export interface Question {
  readonly prompt: string;
  /** A line above it; empty for none. */
  readonly instruction: string;
}

/** Longer answers are none: nobody has such a password. */
const LONGEST = 4096;

/**
 * One round of keyboard-interactive with one hidden question. Null: the client answered something else, or began anew.
 * ssh2 hands answers over as strings; here they become bytes that the caller wipes.
 */
export function askHidden(
  context: KeyboardAuthContext,
  { prompt, instruction }: Question,
): Promise<Buffer | null> {
  return new Promise((resolve) => {
    context.once('abort', () => resolve(null));
    context.prompt([{ prompt, echo: false }], '', instruction, (answers: unknown) => {
      const [answer, ...more] = Array.isArray(answers) ? (answers as unknown[]) : [];
      resolve(
        typeof answer === 'string' && more.length === 0 && answer.length <= LONGEST
          ? Buffer.from(answer, 'utf8')
          : null,
      );
    });
  });
}
