import type { KeyObject } from 'node:crypto';
import type { openTape } from '#/recorder/tape.js';
import type { BoxProgram } from './box.js';
import type { LoginTurns } from './login-turns.js';
import type { Screens } from './screen/screens.js';
import type { SharedLogins } from './shared-logins.js';
import type { Vault } from './vault.js';

/** What a session host is made of: what its conductor builds, and its logins. */
export interface SessionHostParts extends HostParts {
  readonly logins: SharedLogins;
}

export interface HostParts {
  /** Number of this host. */
  readonly index: number;
  readonly vault: Vault;
  /** Verifies portals' proofs; null until the vault has said it. */
  readonly psmServer: () => KeyObject | null;
  readonly openTape: typeof openTape;
  readonly screens: Screens;
  readonly box: BoxProgram;
  /** Path of the program inside, as the host sees it. */
  readonly inside: string;
  /** Parent of the sessions' directories. */
  readonly sessions: string;
  /** Shared by everything that logs in at a target. */
  readonly loginTurns: LoginTurns;
  /** A question to the target every so long; three without an answer end the session. */
  readonly keepAliveSeconds: number;
  readonly spool: string;
  readonly reserveBytes: number;
  /** What others do with a session, or who accompanies it, has changed. */
  readonly factsChanged: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly log: (what: string, about?: unknown) => void;
}
