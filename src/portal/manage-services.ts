import type { CallArgs } from '#/contract/calls.js';
import type { DirectoryMapRow, DirectoryRow, DirectoryTestResult } from '#/contract/directory-rows.js';
import type { GroupRow, UserRow } from '#/contract/rows.js';
import type { SecretKind } from '#/domain/account.js';
import type { Outcome } from '#/domain/outcome.js';
import type { VaultRight } from '#/domain/permission.js';
import type { SecondFactorPolicy } from '#/domain/second-factor.js';

export interface WantedAccount {
  readonly safe: string;
  readonly platform: string;
  readonly user: string;
  readonly address: string;
  /** Null: the platform's default. */
  readonly port: number | null;
  readonly secretKind: SecretKind;
}

/** A secret as somebody typed it; the caller wipes both when the answer is there. `passphrase`: of a key, else empty. */
export interface TypedSecret {
  readonly secret: Buffer;
  readonly passphrase: Buffer;
}

/** What is not named stays. */
export interface AccountProperties {
  readonly port?: number | null;
  /** Null: it may be used again. */
  readonly disabledWhy?: string | null;
  readonly forgetHostKey?: true;
}

/** What is not named stays. */
export interface UserProperties {
  /** Null: no end. */
  readonly expiresAt?: number | null;
  /** Null: at any time. */
  readonly logonHours?: string | null;
  /** All that he has of his own. */
  readonly rights?: readonly VaultRight[];
  /** All of them. */
  readonly groups?: readonly string[];
}

/** What people manage who may; the vault decides each time. */
export interface ManageServices {
  addAccount(wanted: WantedAccount, typed: TypedSecret): Promise<Outcome<{ readonly id: string }>>;
  setAccountSecret(accountId: string, kind: SecretKind, typed: TypedSecret): Promise<Outcome<null>>;
  setAccount(accountId: string, change: AccountProperties): Promise<Outcome<null>>;
  renameAccount(
    accountId: string,
    name: { readonly user: string; readonly address: string },
  ): Promise<Outcome<null>>;
  deleteAccount(accountId: string): Promise<Outcome<null>>;
  users(): Promise<Outcome<readonly UserRow[]>>;
  /** `password` must be changed at the first login; wiped by the caller, here and below. */
  addUser(
    wanted: { readonly name: string; readonly groups: readonly string[] },
    password: Buffer,
  ): Promise<Outcome<null>>;
  setUser(name: string, change: UserProperties): Promise<Outcome<null>>;
  disableUser(name: string): Promise<Outcome<null>>;
  /** Enables and unlocks. */
  activateUser(name: string): Promise<Outcome<null>>;
  resetPassword(name: string, password: Buffer): Promise<Outcome<null>>;
  /** Forgets his authenticator and recovery codes, and logs him out. */
  resetSecondFactor(name: string): Promise<Outcome<null>>;
  /** `key`: the line of a .pub file. */
  addUserKey(name: string, key: string): Promise<Outcome<{ readonly fingerprint: string }>>;
  removeUserKey(name: string, fingerprint: string): Promise<Outcome<null>>;
  groups(): Promise<Outcome<readonly GroupRow[]>>;
  addGroup(name: string): Promise<Outcome<null>>;
  setGroup(name: string, secondFactor: SecondFactorPolicy): Promise<Outcome<null>>;
  putInGroup(group: string, user: string, present: boolean): Promise<Outcome<null>>;
  deleteGroup(name: string): Promise<Outcome<null>>;
  directories(): Promise<Outcome<readonly DirectoryRow[]>>;
  /** `position` from 1; null: the last. */
  addMap(
    directory: string,
    position: number | null,
    map: CallArgs<'person.directory.map.add'>['map'],
  ): Promise<Outcome<readonly DirectoryMapRow[]>>;
  removeMap(directory: string, position: number): Promise<Outcome<readonly DirectoryMapRow[]>>;
  moveMap(directory: string, from: number, to: number): Promise<Outcome<readonly DirectoryMapRow[]>>;
  /** Goes the way of a login without a password, and changes nothing. */
  tryDirectory(directory: string, user: string): Promise<Outcome<DirectoryTestResult>>;
  addSafe(name: string): Promise<Outcome<null>>;
  renameSafe(safe: string, name: string): Promise<Outcome<null>>;
  deleteSafe(safe: string): Promise<Outcome<null>>;
}
