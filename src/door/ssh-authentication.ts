import type { AuthContext, KeyboardAuthContext, PublicKeyAuthContext } from 'ssh2';
import type { LoggedIn } from '#/contract/calls.js';
import type { Visit } from './visit.js';

/** What a client showed to prove a key. The vault verifies it; the door believes nothing. */
export interface KeyProof {
  readonly user: string;
  /** base64 of the public key blob. */
  readonly key: string;
  readonly algorithm: string;
  /** As person.loginByKey takes it: u32 length, signed data, then the raw signature. */
  readonly proof: Buffer;
}

/** The two questions that the door asks before anybody has seen a screen. Neither rejects. */
export interface KeyQuestions {
  keyKnown(user: string, key: string, from: string): Promise<boolean>;
  loginByKey(proof: KeyProof, from: string): Promise<LoggedIn | null>;
}

export type Verdict =
  | { readonly kind: 'accept'; readonly login: LoggedIn | null }
  /** Goes on without a screen: a question was answered, the proof is still to come. */
  | { readonly kind: 'go-on' }
  /** Zero prompts: OpenSSH answers them by itself, and the person lands in the login screen. */
  | { readonly kind: 'ask-nothing' }
  | { readonly kind: 'refuse'; readonly methods: Method[]; readonly last: boolean };
type Method = 'publickey' | 'keyboard-interactive';

/** What is left of a user name before anybody is asked about it (the vault's own limit is far below). */
const LONGEST_USER = 1024;

/**
 * Decides one authentication request. `none` comes first from OpenSSH and is refused, or keys would never be tried.
 * After four refusals only keyboard-interactive is offered: an agent full of keys must not end at the limit of tries.
 */
export async function decideAuthentication(
  context: AuthContext,
  visit: Visit,
  questions: KeyQuestions,
  firstRequest: boolean,
): Promise<Verdict> {
  switch (context.method) {
    case 'none':
      return firstRequest
        ? { kind: 'refuse', methods: methodsLeft(visit), last: false }
        : refuse(visit.miss());
    case 'keyboard-interactive':
      return { kind: 'ask-nothing' };
    case 'publickey':
      return await decideKey(context, visit, questions, refuse);
    default:
      return refuse(visit.attempt());
  }

  function refuse(more: boolean): Verdict {
    return { kind: 'refuse', methods: methodsLeft(visit), last: !more };
  }
}

async function decideKey(
  context: PublicKeyAuthContext,
  visit: Visit,
  questions: KeyQuestions,
  refuse: (more: boolean) => Verdict,
): Promise<Verdict> {
  const algorithm = algorithmOf(context);
  const key = context.key.data.toString('base64');
  if (
    algorithm === null ||
    context.username.length > LONGEST_USER ||
    !methodsLeft(visit).includes('publickey')
  )
    return refuse(visit.miss());
  if (context.signature === undefined || context.blob === undefined) {
    // a mere offer: it says nothing about who is there
    return (await questions.keyKnown(context.username, key, visit.from))
      ? { kind: 'go-on' }
      : refuse(visit.miss());
  }
  const proof = proofOf(context.blob, context.signature);
  const login = await questions.loginByKey({ user: context.username, key, algorithm, proof }, visit.from);
  return login === null ? refuse(visit.attempt()) : { kind: 'accept', login };
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
export function answer(context: AuthContext, verdict: Exclude<Verdict, { kind: 'refuse' }>): void {
  if (verdict.kind === 'ask-nothing') (context as KeyboardAuthContext).prompt([], () => context.accept());
  else context.accept();
}
