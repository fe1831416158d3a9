import type { AuthContext, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import { type Delimiters, readSshUser, type Target } from '#/domain/destination.js';
import { cleanReason } from '#/domain/reason.js';
import type { DirectLogin } from './direct-visit.js';
import { type DirectQuestions, type DirectState, logInByAsking, type TypedUser } from './ssh-direct-login.js';
import { askShown } from './ssh-prompts.js';
import type { Visit } from './visit.js';

/** What a client showed to prove a key. The vault verifies it; the door believes nothing. */
export interface KeyProof extends TypedUser {
  /** base64 of the public key blob. */
  readonly key: string;
  readonly algorithm: string;
  /** As person.loginByKey takes it: u32 length, signed data, then the raw signature. */
  readonly proof: Buffer;
}

/** The questions that the door asks before anybody has seen a screen. None rejects. */
export interface DoorQuestions extends DirectQuestions {
  keyKnown(who: TypedUser, key: string, from: string): Promise<boolean>;
  loginByKey(proof: KeyProof, from: string): Promise<LoggedIn | null>;
  /** Does what he wants to connect to ask for a reason? When in doubt no: he is asked, or refused, later. */
  reasonNeeded(ticket: string, target: Target): Promise<boolean>;
}

export type Verdict =
  /** No login: the login screen asks. */
  | { readonly kind: 'accept'; readonly login: LoggedIn | null; readonly direct: DirectLogin | null }
  /** Goes on without a screen: a question was answered, the proof is still to come. */
  | { readonly kind: 'go-on' }
  /** Zero prompts: OpenSSH answers them by itself, and the person lands in the login screen. */
  | { readonly kind: 'ask-nothing' }
  /** `half`: what was shown is right, and not enough. */
  | {
      readonly kind: 'refuse';
      readonly methods: Method[];
      readonly last: boolean;
      readonly half: boolean;
    }
  /** The client began something else: nobody waits for an answer. */
  | { readonly kind: 'nothing' };
type Method = 'publickey' | 'keyboard-interactive';

/** What is left of a user name before anybody is asked about it (the vault's own limit is far below). */
const LONGEST_USER = 1024;

export interface Authentication {
  /** Decides one request. */
  decide(context: AuthContext): Promise<Verdict>;
  /** A login that was begun and not finished. */
  unfinished(): LoggedIn | null;
}

interface At {
  readonly visit: Visit;
  readonly questions: DoorQuestions;
  readonly delimiters: Delimiters;
}

/**
 * The authentication of one connection. `none` comes first from OpenSSH and is refused, or keys would never be tried. After
 * four refusals only keyboard-interactive is offered: an agent full of keys must not end at the limit of tries. A user name
 * that asks for more than the login screen is asked for password and code here, for there may never be a screen.
 */
export function authentication(at: At): Authentication {
  const { visit, questions } = at;
  let first = true;
  let direct: DirectState | null = null;
  // ssh2 hangs up on whoever changes the user name
  const stateOf = (user: string): DirectState =>
    (direct ??= { readings: readSshUser(user, at.delimiters), half: null, busy: false, why: '' });

  return {
    unfinished: () => direct?.half ?? null,
    async decide(context) {
      const firstRequest = first;
      first = false;
      const state = stateOf(context.username);
      // ssh2 lets a new request overtake a password that is being tried: many would all count as the first
      if (state.busy) {
        visit.attempt();
        return refuse(false);
      }
      switch (context.method) {
        case 'none':
          return firstRequest ? refuse(true) : refuse(visit.miss());
        case 'keyboard-interactive':
          return state.readings.length > 1 ? await byAsking(context, state) : { kind: 'ask-nothing' };
        case 'publickey':
          return state.half === null ? await byKey(context, state) : refuse(visit.miss());
        default:
          return refuse(visit.attempt());
      }
    },
  };

  async function byAsking(context: KeyboardAuthContext, state: DirectState): Promise<Verdict> {
    const asked = await logInByAsking(context, state, { visit, questions });
    if (asked.kind === 'gone') return { kind: 'nothing' };
    if (asked.kind === 'refused') return refuse(asked.more);
    // until it is answered he may leave, and is logged out then
    state.half = asked.login;
    const reason = await reasonFor(context, state, asked.login);
    if (reason === 'gone') return { kind: 'nothing' };
    state.half = null;
    return accept(state, asked.login, reason.text);
  }

  async function byKey(context: PublicKeyAuthContext, state: DirectState): Promise<Verdict> {
    const algorithm = algorithmOf(context);
    const key = context.key.data.toString('base64');
    if (
      algorithm === null ||
      context.username.length > LONGEST_USER ||
      !methodsLeft(visit).includes('publickey')
    )
      return refuse(visit.miss());
    const who = { user: context.username, readings: state.readings.map((one) => one.vaultUser) };
    if (context.signature === undefined || context.blob === undefined) {
      // a mere offer: it says nothing about who is there
      return (await questions.keyKnown(who, key, visit.from)) ? { kind: 'go-on' } : refuse(visit.miss());
    }
    const proof = proofOf(context.blob, context.signature);
    const login = await questions.loginByKey({ ...who, key, algorithm, proof }, visit.from);
    if (login === null) return refuse(visit.attempt());
    if (state.readings.length === 1 || login.secondFactor !== 'code') return accept(state, login);
    state.half = login;
    return { kind: 'refuse', methods: ['keyboard-interactive'], last: false, half: true };
  }

  /** Asked where policy asks; an empty answer is none, and leaves it to what the client sends along, or to the screen. */
  async function reasonFor(
    context: KeyboardAuthContext,
    state: DirectState,
    login: LoggedIn,
  ): Promise<{ readonly text: string | null } | 'gone'> {
    const target = targetOf(state, login);
    state.busy = true;
    const needed = target !== null && (await questions.reasonNeeded(login.ticket, target));
    state.busy = false;
    if (!needed) return { text: null };
    const typed = await askShown(context, { prompt: 'Reason for connecting: ', instruction: '' });
    return typed === null ? 'gone' : { text: cleanReason(typed) };
  }

  function targetOf({ readings }: DirectState, login: LoggedIn): Target | null {
    return readings[login.reading ?? 0]?.target ?? null;
  }

  function accept(state: DirectState, login: LoggedIn, reason: string | null = null): Verdict {
    if (state.readings.length === 1) return { kind: 'accept', login, direct: null };
    return { kind: 'accept', login: null, direct: { login, target: targetOf(state, login), reason } };
  }

  function refuse(more: boolean): Verdict {
    const methods: Method[] = direct?.half == null ? methodsLeft(visit) : ['keyboard-interactive'];
    return { kind: 'refuse', methods, last: !more, half: false };
  }
}

const OFFERS = 4;

function methodsLeft(visit: Visit): Method[] {
  return visit.misses < OFFERS ? ['publickey', 'keyboard-interactive'] : ['keyboard-interactive'];
}

/** ssh2 calls every RSA signature `ssh-rsa` and puts the hash beside it; without one it is SHA-1, which is refused. */
function algorithmOf({ key, hashAlgo }: PublicKeyAuthContext): string | null {
  if (key.algo !== 'ssh-rsa') return key.algo;
  if (hashAlgo === 'sha256') return 'rsa-sha2-256';
  return hashAlgo === 'sha512' ? 'rsa-sha2-512' : null;
}

function proofOf(signed: Buffer, signature: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(signed.length);
  return Buffer.concat([length, signed, signature]);
}

/** Carries a verdict out on the wire. */
export function answer(context: AuthContext, verdict: Exclude<Verdict, { kind: 'nothing' }>): void {
  if (verdict.kind === 'refuse') context.reject(verdict.methods, verdict.half);
  else if (verdict.kind === 'ask-nothing')
    (context as KeyboardAuthContext).prompt([], () => context.accept());
  else context.accept();
}
