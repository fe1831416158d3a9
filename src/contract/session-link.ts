import { z } from 'zod';
import { LONGEST_VALUE } from '#/domain/environment.js';
import type { Failure, Stage } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import { LAST_SCREEN, type ReturnKind } from '#/domain/lending.js';
import type { Ending } from '#/domain/session.js';

/** Bytes of a command, and characters. */
export const LONGEST_COMMAND = 131_000;

const size = { columns: z.int(), rows: z.int() };
const landing = { permit: z.string().max(1024), sessionId: z.string().max(64), proof: z.string().max(256) };

/**
 * What runs without a terminal: bytes go through as they are, standard error in frames of its own (FRAME.errors). Absent: a
 * terminal with a shell. A command is one argument of the client program, which Linux bounds at 128 KiB;
 * it travels as rawText.
 */
const channel = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('shell') }),
  z.strictObject({ kind: z.literal('exec'), command: z.string().max(LONGEST_COMMAND) }),
  z.strictObject({ kind: z.literal('subsystem'), name: z.string().min(1).max(256) }),
  /** A connection from the target to somewhere: `opened` says that it stands, and bytes flow from then on. */
  z.strictObject({ kind: z.literal('forward'), host: z.string().min(1).max(256), port: z.int() }),
  /** The target is to listen; `opened` says at which port, and each connection that comes in there is a `return`. */
  z.strictObject({ kind: z.literal('listen'), host: z.string().min(1).max(256), port: z.int() }),
]);
export type PlainChannel = z.infer<typeof channel>;

/** A command on a terminal: otherwise a session like any other. */
const onTerminal = z.strictObject({ kind: z.literal('terminal'), command: z.string().max(LONGEST_COMMAND) });

/**
 * Portal to session host, as JSON frames; what the person types are data frames (FRAME.data).
 * `proof`: base64 Ed25519 signature by PSMServer's key over landingProofText().
 */
export const toHost = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('open'),
    ...landing,
    ...size,
    term: z.string().max(1024),
    lang: z.string().max(1024),
    /** LANG and LC_*, for the target; as rawText. */
    environment: z.record(z.string().max(64), z.string().max(LONGEST_VALUE)).optional(),
    channel: z.union([channel, onTerminal]).optional(),
    /** Which screen of the person's display the target is told of. */
    screen: z.int().min(0).max(LAST_SCREEN).optional(),
  }),
  /** The client will send no more: the end of standard input. */
  z.strictObject({ type: z.literal('eof') }),
  z.strictObject({ type: z.literal('attach'), ...landing, ...size }),
  z.strictObject({ type: z.literal('resize'), ...size }),
  /** The person decided about the host key (person.decideHostKey was called). */
  z.strictObject({ type: z.literal('host-key-decided') }),
  /** Of a session on a terminal: a BREAK for the target (RFC 4335). */
  z.strictObject({ type: z.literal('break') }),
  z.strictObject({ type: z.literal('end') }),
  /**
   * The first message of a connection of its own: the way to the person's client that `return` asked for. Data frames follow
   * both ways, `eof` where one side says no more. Not taken: the client does not want it.
   */
  z.strictObject({
    type: z.literal('return'),
    sessionId: landing.sessionId,
    token: z.string().max(64),
    taken: z.boolean(),
  }),
]);
export type ToHost = z.infer<typeof toHost>;

/** Session host to portal, as JSON frames; the terminal's bytes are data frames, from stage 6 on. */
export type ToPortal =
  | { readonly type: 'challenge'; readonly nonce: string }
  /** Where no channel was asked for: the person sees a screen meanwhile. */
  | {
      readonly type: 'stage';
      readonly stage: Stage;
      readonly state: 'begun' | 'done';
      readonly note?: string;
    }
  | {
      readonly type: 'host-key';
      readonly key: HostKey;
      readonly fingerprint: string;
      readonly mayPin: boolean;
    }
  /** The terminal belongs to the session from here on: data frames follow. On re-attach the first data draw the exact screen. */
  | { readonly type: 'live' }
  /** Of a forwarded connection: the target has connected it. */
  | { readonly type: 'opened'; readonly port?: number }
  /** The target connects back to the person's client: the token names the connection, and proves the portal that answers. */
  | {
      readonly type: 'return';
      readonly kind: ReturnKind;
      readonly token: string;
      /** Of one that came in where the target listens: where it comes from, as far as that is known. */
      readonly from?: { readonly host: string; readonly port: number };
    }
  /** On such a connection: the target says no more. */
  | { readonly type: 'eof' }
  | { readonly type: 'ended'; readonly ending: Ending }
  /** `offered`: with HOST_KEY_CHANGED, the key that the target showed. */
  | {
      readonly type: 'failed';
      readonly failure: Failure;
      readonly offered?: HostKey;
      readonly pinned?: HostKey;
    };

export function landingProofText(nonce: string, sessionId: string, permit: string): string {
  return `postern-landing-1 ${nonce} ${sessionId} ${permit}`;
}

/** What is asked for in place of a login shell. */
export type WantedChannel = PlainChannel | z.infer<typeof onTerminal>;
