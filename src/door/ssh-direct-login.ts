import type { KeyboardAuthContext } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import type { SshUserReading } from '#/domain/destination.js';
import type { FailureCode } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import { askHidden } from './ssh-prompts.js';
import type { Visit } from './visit.js';

/** A user name as it came, and who it may mean; the vault knows which of them. */
export interface TypedUser {
  readonly user: string;
  readonly readings: readonly string[];
}

/** What the door asks the vault for somebody who logs in without a screen. Neither rejects. */
export interface DirectQuestions {
  logIn(who: TypedUser, password: Buffer, from: string): Promise<Outcome<LoggedIn>>;
  verifyCode(ticket: string, code: Buffer): Promise<Outcome<unknown>>;
}

/** How far a direct login is, on one connection. */
export interface DirectState {
  readonly readings: readonly SshUserReading[];
  /** A password or a key was right, a code is to come. */
  half: LoggedIn | null;
  /** An answer is being judged: nobody who waits for what comes of it begins anything now. */
  busy: boolean;
  /** Why the last try failed, for whoever tries again. */
  why: string;
}

export type Asked =
  | { readonly kind: 'in'; readonly login: LoggedIn }
  /** `more`: there are tries left. */
  | { readonly kind: 'refused'; readonly more: boolean }
  /** The client began something else. */
  | { readonly kind: 'gone' };

const COUNTED: readonly FailureCode[] = ['LOGIN_REFUSED', 'LOGIN_THROTTLED', 'CODE_REFUSED'];

/** Password, then a code where one is due, as rounds of keyboard-interactive. Enrolling and new passwords need a screen. */
export async function logInByAsking(
  context: KeyboardAuthContext,
  state: DirectState,
  { visit, questions }: { readonly visit: Visit; readonly questions: DirectQuestions },
): Promise<Asked> {
  if (state.half === null) {
    const password = await ask('Password: ', state.why);
    if (password === null) return { kind: 'gone' };
    const who = { user: context.username, readings: state.readings.map((one) => one.vaultUser) };
    const answer = await judged(questions.logIn(who, password, visit.from), password);
    if (!answer.ok) return refused(answer.failure);
    state.half = answer.value;
  }
  state.why = '';
  return state.half.secondFactor === 'code' ? await askCode(state.half) : letIn(state.half);

  async function askCode(half: LoggedIn): Promise<Asked> {
    const code = await ask('Code of your authenticator: ');
    if (code === null) return { kind: 'gone' };
    const answer = await judged(questions.verifyCode(half.ticket, code), code);
    if (answer.ok) return letIn({ ...half, secondFactor: 'done' });
    if (!COUNTED.includes(answer.failure.code)) state.half = null;
    return refused(answer.failure);
  }

  async function ask(prompt: string, instruction = ''): Promise<Buffer | null> {
    let answered = false;
    const answer = await askHidden(context, { prompt, instruction }, () => {
      answered = true;
      state.busy = true;
    });
    // a question that was overtaken leaves alone what came after it
    if (answer === null && answered) state.busy = false;
    return answer;
  }

  async function judged<T>(answer: Promise<T>, typed: Buffer): Promise<T> {
    return await answer.finally(() => {
      state.busy = false;
      typed.fill(0);
    });
  }

  function letIn(login: LoggedIn): Asked {
    state.half = null;
    return { kind: 'in', login };
  }

  /** Trouble of ours is nobody's failed login, but is not asked about for ever either. */
  function refused({ code, message, next }: { code: FailureCode; message: string; next: string }): Asked {
    state.why = `${message} ${next}`;
    return { kind: 'refused', more: COUNTED.includes(code) ? visit.attempt() : visit.miss() };
  }
}
