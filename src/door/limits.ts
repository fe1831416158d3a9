import { OPENSSH_PENALTIES, type PenaltyRules } from './penalties.js';
import { OPENSSH_STARTUPS, type StartupRule } from './startups.js';

/** What a stranger may cost. Milliseconds and bytes. */
export interface DoorLimits {
  /** From the first byte to an identity (LoginGraceTime). */
  readonly loginGrace: number;
  /** Refused attempts on one connection (MaxAuthTries). */
  readonly authTries: number;
  /** Session channels at once on a connection with an identity (MaxSessions); without one: a single channel, once. */
  readonly sessions: number;
  /** Forwarded connections at once on a connection. */
  readonly forwards: number;
  /** Places at once where the target listens for a connection. */
  readonly listeners: number;
  readonly startups: StartupRule;
  readonly penalties: PenaltyRules;
  /** Bytes waiting for a client that reads slowly, before its source is paused. */
  readonly slowReader: number;
  /** How long a client may take for the next piece of the last of its output: longer where it takes more than 128 KiB at a time (reading-pace.ts). */
  readonly farewell: number;
  /** Bytes waiting for a client that keeps asking without reading the answers, before it is cut off. */
  readonly unreadAnswers: number;
  /** New keys after so many bytes or so long (RFC 4253 §9: 1 GiB or an hour). */
  readonly rekeyBytes: number;
  readonly rekeyAfter: number;
  /** New keys after so many bytes, once, where they bring a cipher that costs us less. */
  readonly quickerAfter: number;
  /** A key exchange that takes longer than this is given up. */
  readonly rekeyWithin: number;
  /** A question to the client every so long; three without an answer end the connection. */
  readonly keepAlive: number;
}

/** OpenSSH's numbers where it has one. */
export const OPENSSH_LIMITS: DoorLimits = {
  loginGrace: 120_000,
  authTries: 6,
  sessions: 10,
  forwards: 64,
  listeners: 16,
  startups: OPENSSH_STARTUPS,
  penalties: OPENSSH_PENALTIES,
  slowReader: 1024 * 1024,
  farewell: 15_000,
  unreadAnswers: 8 * 1024 * 1024,
  rekeyBytes: 1024 * 1024 * 1024,
  rekeyAfter: 3_600_000,
  quickerAfter: 2 * 1024 * 1024,
  rekeyWithin: 120_000,
  keepAlive: 30_000,
};
