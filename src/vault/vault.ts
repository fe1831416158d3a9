import type { Journal } from '#/audit/journal.js';
import type { CallArgs, Caller, CallName, CallResult } from '#/contract/calls.js';
import type { Order, OrderResult } from '#/contract/orders.js';
import type { RpcPeer } from '#/contract/rpc.js';
import type { Outcome } from '#/domain/outcome.js';
import type { Component } from '#/domain/people.js';
import type { IsolationLevel } from '#/domain/session.js';
import type { ConfiguredValues } from '#/domain/settings.js';
import type { LiveGroups } from '#/policy/oversight.js';
import type { Authentication } from './authentication.js';

import type { ComponentBook } from './component-book.js';

import type { DirectoryLink } from './directory/link.js';
import type { Followers } from './followers.js';
import type { HeadCopies } from './head-copies.js';
import type { Hosts } from './hosts.js';
import type { Keyring } from './keyring.js';
import type { LiveFacts } from './live-facts.js';
import type { Permits } from './permits.js';
import type { Store } from './records/records.js';
import type { VaultSocket } from './roles.js';
import type { SharedLogins } from './shared-logins.js';
import type { Tickets } from './tickets.js';
import type { Watches } from './watches.js';

export interface VaultSettings {
  readonly version: string;
  readonly branding: string;
  readonly bastion: string;
  readonly sessionHosts: number;
  readonly isolation: { readonly level: IsolationLevel; readonly minimum: IsolationLevel };
  /** The system level of what config.json sets. */
  readonly policy: ConfiguredValues;
  /** The uids of shadow identities. */
  readonly shadowUids: { readonly first: number; readonly count: number };
  /** `masterKey` null: the vault is opened with a passphrase. */
  readonly paths: {
    readonly masterKey: string | null;
    /** What an administrator calls it. */
    readonly masterKeyOnHost: string | null;
    readonly spool: string;
    readonly recordings: string;
  };
  readonly spoolReserveMb: number;
  /** Sessions at once; 0: no limit. */
  readonly mostSessions: { readonly all: number; readonly person: number };
  readonly liveGroups: LiveGroups;
  /** Minutes after which a component gets a new password; 0: never by itself. */
  readonly credentialRotationMinutes: number;
}

/** Everything that the vault's calls work with. */
export interface Vault {
  readonly settings: VaultSettings;
  readonly store: Store;
  readonly journal: Journal;
  /** Null: signed heads of the audit are kept in the database only. */
  readonly headCopies: HeadCopies | null;
  readonly keyring: Keyring;
  readonly permits: Permits;
  readonly sharedLogins: SharedLogins;
  readonly tickets: Tickets;
  readonly watches: Watches;
  readonly followers: Followers;
  readonly facts: LiveFacts;
  readonly hosts: Hosts;
  readonly components: ComponentBook;
  /** Everything that is connected now. */
  readonly connections: Set<Connection>;
  readonly authentication: Authentication;
  readonly directory: DirectoryLink;
  readonly order: (order: Order) => Promise<OrderResult>;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  /** Milliseconds that a lost session host has to come back, and that hosts have after the vault's own start. */
  readonly patience: { readonly lostHost: number; readonly start: number };
}

/** One process on one of the vault's sockets. */
export interface Connection {
  readonly socket: VaultSocket;
  /** Those that logged in on it. */
  readonly components: Set<Component>;
  readonly peer: RpcPeer;
  /** Number of the session host, once it said hello. */
  host: number | null;
}

/** Who asks: `as` is the role that the call was let through for. */
export interface Asking {
  readonly connection: Connection;
  readonly as: Caller;
}

export type Answer<K extends CallName> = Outcome<{ readonly value: CallResult<K>; readonly blob?: Buffer }>;
export type CallHandler<K extends CallName> = (
  args: CallArgs<K>,
  asking: Asking,
  blob: Buffer,
) => Promise<Answer<K>>;
/** One handler a call; `blob` is empty when none came, and wiped when the handler is done. */
export type Handlers<K extends CallName = CallName> = { readonly [N in K]: CallHandler<N> };

/** Who does something, as every audit row of it says. */
export interface Doer {
  readonly actor: string;
  readonly gateway: 'PVWAGW' | null;
  readonly from: string;
}

/** How the audit names whoever sits at the admin socket. */
export const CONSOLE = { actor: 'root@console', from: 'console', gateway: null } as const satisfies Doer;
