import type { Component } from '#/domain/people.js';
import type { IsolationLevel } from '#/domain/session.js';

/** What the supervisor says to its children over their channel. Its closing means: drain and exit. */
export type ToChild =
  | { readonly type: 'start'; readonly settings: ChildSettings }
  | { readonly type: 'ping'; readonly n: number }
  | { readonly type: 'drain' }
  | { readonly type: 'done'; readonly id: number; readonly result: OrderResult };

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'pong'; readonly n: number }
  /** Only the vault's orders are obeyed. */
  | { readonly type: 'order'; readonly id: number; readonly order: Order };

/** Orders of the vault to the supervisor, which alone is root. */
export type Order =
  /** Probe, heal or make the profile, and write the box record of the session. */
  | {
      readonly kind: 'prepare-box';
      readonly sessionId: string;
      readonly uid: number;
      readonly name: string;
      readonly profileVersion: number;
      /**
       * 'command': the client for what stands in the session's file `command`; 'share': a login that carries the channels of
       * a connection, in the box `loginBoxId(session)`.
       */
      readonly program: 'ssh' | 'command' | 'share' | 'probe';
      readonly term: string;
      readonly lang: string;
    }
  | { readonly kind: 'forget-box'; readonly sessionId: string }
  /** Removes the file with the first one-time password, if it is there: another password counts now. */
  | { readonly kind: 'forget-first-password' }
  /**
   * A component's credential file, by hand. 'look' changes nothing; 'stage' writes a file with a new password beside the
   * present one, whose hash comes back; 'promote' puts the one with this hash in its place.
   */
  | {
      readonly kind: 'credential';
      readonly component: Component;
      readonly step: 'look' | 'stage' | 'promote';
      /** SHA-256 of the password, base64; with 'promote' only. */
      readonly hash: string | null;
    }
  | {
      readonly kind: 'reset-profile';
      readonly uid: number;
      readonly name: string;
      readonly profileVersion: number;
      readonly keep: boolean;
    };

export type CredentialOrder = Extract<Order, { kind: 'credential' }>;

export type OrderResult =
  | { readonly kind: 'done'; readonly level: IsolationLevel; readonly healed: string | null }
  | CredentialLook
  | { readonly kind: 'over-quota'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** What was found in the folder of a credential file. No password is in it: only the SHA-256 (base64) of 32 bytes of chance. */
export interface CredentialLook {
  readonly kind: 'credential';
  readonly state: 'good' | 'missing' | 'refused';
  /** What is wrong with it, as a phrase that follows the name of the file. */
  readonly detail: string;
  readonly hash: string | null;
  /** Of the file of a rotation or repair that was not finished. */
  readonly stagedHash: string | null;
  readonly hostName: string | null;
  readonly uid: number | null;
  readonly executable: string | null;
  readonly madeAt: number | null;
}

/** Everything a child is told at its start. Secrets are not in it. */
export interface ChildSettings {
  readonly role: 'vault' | 'directory' | 'portal' | 'session' | 'recorder' | 'monitor' | 'demo';
  /** Number among its kind, from 0. */
  readonly index: number;
  readonly run: string;
  /** Names of the listening descriptors, in the order in which they follow the channel: descriptor 4, 5, … */
  readonly listening: readonly { readonly name: string; readonly fd: number }[];
  readonly bastion: string;
  readonly isolation: IsolationLevel;
  readonly minimumIsolation: IsolationLevel;
  readonly sessionHosts: number;
  readonly paths: {
    readonly home: string;
    readonly vault: string;
    readonly masterKey: string | null;
    /** What an administrator calls that place. */
    readonly masterKeyOnHost: string | null;
    readonly credentials: string;
    readonly hostKeys: string;
    readonly spool: string;
    readonly recordings: string;
    readonly sessions: string;
    readonly box: string;
  };
  readonly configuration: {
    readonly branding: string;
    readonly idleMinutes: number;
    readonly maximumMinutes: number;
    readonly graceMinutes: number;
    /** Sessions at once, in all and of one person; 0: no limit. */
    readonly maxSessions: number;
    readonly maxSessionsPerUser: number;
    readonly hostKeyPolicy: 'ask' | 'tofu' | 'strict';
    readonly recordInput: boolean;
    readonly shadowUidFirst: number;
    readonly shadowUidCount: number;
    readonly spoolReserveMb: number;
    readonly loginGraceSeconds: number;
    readonly maxStartups: string;
    readonly keepAliveSeconds: number;
    /** Two characters: before the target, and before a port. */
    readonly userNameDelimiters: string;
    readonly userCertificateAuthorities: readonly string[];
    readonly liveGroups: {
      readonly control: readonly string[];
      readonly suspend: readonly string[];
      readonly terminate: readonly string[];
    };
    /** Where signed heads of the audit are appended, too: a file, or a folder. */
    readonly auditHeadsPath?: string | undefined;
    readonly credentialRotationMinutes: number;
  };
}
