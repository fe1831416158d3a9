import type { DirectorySettings } from '#/contract/directory-calls.js';
import type { AccountId, GroupId, UserId } from '#/domain/ids.js';
import type { VaultRight } from '#/domain/permission.js';
import type { MapRule } from '#/policy/directory-map.js';

export interface StoredDirectory {
  readonly name: string;
  readonly settings: DirectorySettings;
  /** The bind user: an account in VaultInternal, whose user is the DN. */
  readonly bindAccount: AccountId;
  readonly enabled: boolean;
  /** The login screen offers it first. */
  readonly preset: boolean;
}

/** A rule of an ordered list; the first that fits decides what a person gets. */
export interface DirectoryMap {
  readonly rule: MapRule;
  readonly rights: readonly VaultRight[];
  readonly groups: readonly GroupId[];
  readonly location: string | null;
}

/** The link between a user of the vault and his entry, and what the directory gave him last. */
export interface DirectoryUser {
  readonly userId: UserId;
  readonly directory: string;
  readonly externalId: string;
  readonly dn: string;
  readonly groups: readonly GroupId[];
  readonly location: string | null;
}

export interface DirectoryRecords {
  /** Ignores case. */
  directory(name: string): Promise<StoredDirectory | null>;
  directories(): Promise<readonly StoredDirectory[]>;
  /** Adds it, or puts it in place of the one of this name. */
  putDirectory(directory: StoredDirectory): Promise<void>;
  deleteDirectory(name: string): Promise<void>;
  /** In order. */
  maps(directory: string): Promise<readonly DirectoryMap[]>;
  putMaps(directory: string, maps: readonly DirectoryMap[]): Promise<void>;
  userOf(directory: string, externalId: string): Promise<DirectoryUser | null>;
  directoryUser(id: UserId): Promise<DirectoryUser | null>;
  usersOf(directory: string): Promise<readonly DirectoryUser[]>;
  putUser(user: DirectoryUser): Promise<void>;
  /** Those of a directory who are logged in or have a session that has not ended. */
  active(directory: string): Promise<readonly DirectoryUser[]>;
  /** In place of the rights that he had of his own. */
  setRights(id: UserId, rights: readonly VaultRight[]): Promise<void>;
}
