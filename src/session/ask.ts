import type { Socket } from 'node:net';
import type { Secret } from '#/domain/secret.js';
import { openOneShot, readToEnd } from './one-shot.js';

/** Answers the client's askpass: once, and only to a question for the password. */
export interface Ask {
  /** The answer was given. */
  readonly answered: boolean;
  /** Wipes the secret and closes the socket. */
  close(): void;
}

export interface AskOptions {
  readonly path: string;
  /** Taken over: wiped after the answer. */
  readonly secret: Secret;
  /** No answer is given before. */
  readonly allowed?: Promise<void> | undefined;
  /** The client asks what it gets no answer to. It is kept waiting, so that it does not try an empty answer at the target. */
  readonly onRefused: (why: string) => void;
}

/** The questions of one login: the password, and what an unhelpful target may ask beside it. */
const MOST_QUESTIONS = 4;
const LONGEST_QUESTION = 8192;

export async function openAsk(options: AskOptions): Promise<Ask> {
  let answered = false;
  const waiting = new Set<Socket>();
  const server = await openOneShot(options.path, MOST_QUESTIONS, (socket) => void question(socket));
  return {
    get answered() {
      return answered;
    },
    close() {
      server.close();
      options.secret.wipe();
      for (const socket of waiting) socket.destroy();
    },
  };

  async function question(socket: Socket): Promise<void> {
    const asked = await readToEnd(socket, LONGEST_QUESTION);
    await options.allowed;
    const why =
      asked === null ? 'its question could not be read' : refusal(asked, answered || options.secret.wiped);
    if (why !== null) {
      waiting.add(socket);
      return options.onRefused(why);
    }
    answered = true;
    // the secret may be wiped only when the kernel has the bytes
    socket.end(options.secret.exposeSecret(), () => options.secret.wipe());
  }
}

/** Why a question (hint, newline, prompt) gets no answer; null when it gets the password. */
export function refusal(asked: string, answered: boolean): string | null {
  const line = asked.indexOf('\n');
  const hint = asked.slice(0, Math.max(line, 0));
  const prompt = asked.slice(line + 1);
  if (hint !== '') return 'it asks for a confirmation';
  if (!/(?:^|[\s(])password(?: for [^:]{1,200})?:?\s*$/i.test(prompt))
    return answered ? 'it asks for more than a password' : 'it does not ask for a password';
  if (/\b(new|old|retype|current|again|change)\b/i.test(prompt)) return 'the password has expired';
  return answered ? 'wrong password' : null;
}
