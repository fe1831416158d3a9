import type { Readable, Writable } from 'node:stream';
import type { LoggedIn as VaultLogin } from '#/contract/calls.js';
import type { FromMonitor, PictureCommand } from '#/contract/replay-link.js';
import type {
  AccountRow,
  AuditRow,
  KeyRow,
  MemberRow,
  PersonSafeRow,
  RecordingRow,
  SecondFactorRow,
  SessionRow,
} from '#/contract/rows.js';
import type { Failure, Stage } from '#/domain/failure.js';
import type { HostKey } from '#/domain/host-key.js';
import type { Outcome } from '#/domain/outcome.js';
import type { Preset } from '#/domain/permission.js';
import type { RecordingFilter } from '#/domain/recording-filter.js';
import type { Ending, TerminalSize } from '#/domain/session.js';
import type { ManageServices } from './manage-services.js';

export type { AccountRow, FromMonitor, RecordingRow, SessionRow };

/** A secret that is being shown: the screen wipes the bytes. `passphrase` is empty when there is none. */
export interface ShownSecret {
  readonly secret: Buffer;
  readonly passphrase: Buffer;
}

export interface RecordingPage {
  readonly filter: RecordingFilter;
  readonly after?: string;
  readonly limit: number;
}

export interface WantedMember {
  readonly safe: string;
  readonly member: string;
  readonly preset: Preset;
  /** Milliseconds since 1970; null: no end. */
  readonly expiresAt: number | null;
}

/** What a person sees of the house before anybody is logged in. */
export interface Configuration {
  readonly branding: string;
  readonly methods: readonly string[];
  readonly version: string;
}

/** Where a person's user name leads, or what to look for in the menu and why. */
export type Destination =
  | { readonly kind: 'account'; readonly account: AccountRow }
  | { readonly kind: 'choose'; readonly filter: string; readonly why: string };

/** Somebody who is logged in. The ticket stays with the services: no screen needs it. */
export type LoggedIn = Omit<VaultLogin, 'ticket'>;

/** A new authenticator's secret, to be shown: base 32, as authenticators take it. */
export interface Enrolment {
  readonly issuer: string;
  readonly user: string;
  readonly key: string;
}

/** A host key nobody has pinned yet. `mayPin`: the person may accept it for everybody. */
export interface HostKeyQuestion {
  readonly key: HostKey;
  readonly fingerprint: string;
  readonly mayPin: boolean;
}
export type HostKeyDecision = 'once' | 'pin' | 'refuse';

/** The person's terminal, raw, while the screens are away. Bytes both ways; nothing is decoded. */
export interface RawTerminal {
  /** Lent paused, so that nothing is lost: resume() it after adding listeners, and pause it before giving it back. */
  readonly input: Readable;
  readonly output: Writable;
  /** The size now. */
  readonly size: () => TerminalSize;
  /** Says when the size changed; the result stops it. */
  readonly onResize: (listener: (size: TerminalSize) => void) => () => void;
}

/** How a session that is being opened talks to the screen. */
export interface SessionHooks {
  /** Aborted when the person gives up while connecting, or his connection is gone. Then settle soon, with any result. */
  readonly signal: AbortSignal;
  onStage(stage: Stage, state: 'begun' | 'done', note?: string): void;
  /** The services tell the vault and the session host what was decided. */
  askHostKey(question: HostKeyQuestion): Promise<HostKeyDecision>;
  /**
   * Puts the screens away and lends the terminal to `use`; they come back when its promise settles, whichever way.
   * Called at most once, when the session host says `live`. `use` removes its own listeners before it settles.
   */
  takeTerminal<T>(use: (terminal: RawTerminal) => Promise<T>): Promise<T>;
}

/** `detached`: the session lives on and may be re-attached. */
export type SessionResult =
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'detached' }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      readonly offered?: HostKey;
      readonly pinned?: HostKey;
    };

/** What the replay screen may tell the monitor; the permit is the services' business. */
export type ReplayCommand = PictureCommand;

/** A link for a browser on the person's own machine; `forward` is what his ssh needs for it. */
export interface WebLink {
  readonly url: string;
  readonly forward: string;
  /** The whole line of his ssh, as far as it is known. */
  readonly connect: string;
  readonly minutes: number;
}

/** A replay that is open. `send` after `close` does nothing. */
export interface ReplayHandle {
  send(command: ReplayCommand): void;
  close(): void;
}

/** A session that is watched. Whether the keyboard is one's own is told to the listener (overseen, no-control). */
export interface WatchHandle extends ReplayHandle {
  takeOver(): void;
  handBack(): void;
  /** Reaches the session only while the keyboard is one's own. */
  type(bytes: Buffer): void;
}

/**
 * Every question a screen may ask. One object per connected person: it remembers who is logged in.
 * Nothing here throws or rejects; NOT_LOGGED_IN in any answer brings the person back to the login screen.
 */
export interface PortalServices extends ManageServices {
  /** Opens the portal (as PVWAApp). Asked again every few seconds while it fails. */
  configuration(): Promise<Outcome<Configuration>>;
  /** `password` is wiped by the caller when this settles. `method`: one of the configuration's. */
  login(user: string, password: Buffer, method?: string): Promise<Outcome<LoggedIn>>;
  /** Both are wiped by the caller when this settles. */
  changePassword(old: Buffer, next: Buffer): Promise<Outcome<null>>;
  /** The code that the login waits for. The blobs here and below are wiped by the caller when this settles. */
  verifyCode(code: Buffer): Promise<Outcome<{ readonly recoveryLeft: number | null }>>;
  secondFactor(): Promise<Outcome<SecondFactorRow>>;
  /** `proof`: a code where there is a second factor, else the password; empty at a login that must enrol. */
  beginEnrolment(proof: Buffer): Promise<Outcome<Enrolment>>;
  /** The recovery codes, which nobody can ask for again. */
  confirmEnrolment(code: Buffer): Promise<Outcome<readonly string[]>>;
  removeSecondFactor(proof: Buffer): Promise<Outcome<null>>;
  keys(): Promise<Outcome<readonly KeyRow[]>>;
  addKey(line: string, proof: Buffer): Promise<Outcome<KeyRow>>;
  removeKey(fingerprint: string): Promise<Outcome<null>>;
  logout(): Promise<Outcome<null>>;

  /** Of a person whose user name says where he wants to go. */
  destination(): Promise<Outcome<Destination>>;
  accounts(): Promise<Outcome<readonly AccountRow[]>>;
  favourite(accountId: string, on: boolean): Promise<Outcome<null>>;
  /** Newest first, beyond one of them; fewer than `limit` are the last ones. */
  recordings(page: RecordingPage): Promise<Outcome<readonly RecordingRow[]>>;
  holdRecording(recordingId: string, held: boolean, reason: string): Promise<Outcome<null>>;
  /** Destroys its key. */
  deleteRecording(recordingId: string, reason: string): Promise<Outcome<null>>;
  sessions(): Promise<Outcome<readonly SessionRow[]>>;
  endSession(sessionId: string, reason: string): Promise<Outcome<null>>;
  /** `frozen`: its owner sees no output either. */
  suspendSession(sessionId: string, reason: string, frozen: boolean): Promise<Outcome<null>>;
  resumeSession(sessionId: string): Promise<Outcome<null>>;
  messageSession(sessionId: string, text: string): Promise<Outcome<null>>;

  /** What the person's client sent along as a reason for what he connects to. */
  readonly reason: string | null;
  connect(
    account: AccountRow,
    size: TerminalSize,
    hooks: SessionHooks,
    reason?: string,
  ): Promise<SessionResult>;
  reattach(sessionId: string, size: TerminalSize, hooks: SessionHooks): Promise<SessionResult>;
  /** Pins the key that the account's last connection was shown in place of the old one. */
  approveHostKey(accountId: string, seen: HostKey): Promise<Outcome<null>>;

  retrieve(accountId: string, reason: string, purpose: 'shown' | 'copied'): Promise<Outcome<ShownSecret>>;
  safes(): Promise<Outcome<readonly PersonSafeRow[]>>;
  /** Names of the kinds of targets. */
  platforms(): Promise<Outcome<readonly string[]>>;
  members(safe: string): Promise<Outcome<readonly MemberRow[]>>;
  putMember(wanted: WantedMember): Promise<Outcome<MemberRow>>;
  removeMember(safe: string, member: string): Promise<Outcome<null>>;
  /** Of a safe, or all of it (null), the newest first. */
  audit(safe: string | null): Promise<Outcome<readonly AuditRow[]>>;

  /** A link that shows a recording in a browser, once. */
  webLink(recordingId: string): Promise<Outcome<WebLink>>;
  /** Opens at once; what becomes of it (opened, frames, failed) goes to the listener. `size` is the room for the picture. */
  /** Looks for text in the recordings that fit and that the person may replay: hits come as they are found, newest first. */
  search(text: string, filter: RecordingFilter, listener: (message: FromMonitor) => void): ReplayHandle;
  replay(recordingId: string, size: TerminalSize, listener: (message: FromMonitor) => void): ReplayHandle;
  /** The same for a session that runs: live frames, then over. Of the commands, resize and scroll do something. */
  watch(sessionId: string, size: TerminalSize, listener: (message: FromMonitor) => void): WatchHandle;
}
