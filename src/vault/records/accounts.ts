import type { Account } from '#/domain/account.js';
import type { HostKey } from '#/domain/host-key.js';
import type { AccountId, SafeId, UserId } from '#/domain/ids.js';

export interface StoredAccount extends Account {
  readonly secretVersion: number;
  /** Of its platform, as that is now: how sessions are made, and the port where the account names none. */
  readonly base: string;
  readonly platformPort: number;
}

/** A key or other object of the vault's own in a safe, e.g. PSMServer. */
export interface StoredObject {
  readonly id: string;
  readonly safeId: SafeId;
  readonly name: string;
  readonly secretVersion: number;
  /** DER (SPKI) of the public half, when it is a key pair. */
  readonly publicKey: Buffer | null;
}

export interface UseOfAccount {
  readonly accountId: string;
  readonly favourite: boolean;
  readonly lastUsedAt: number | null;
}

export interface AccountRecords {
  account(id: AccountId): Promise<StoredAccount | null>;
  accounts(safe?: SafeId): Promise<readonly StoredAccount[]>;
  /** Those at an address, written in small letters in one of two ways. */
  accountsByAddress(address: string, other: string): Promise<readonly StoredAccount[]>;
  /** Those of a user at an address in a safe, whatever the address's case and the port. */
  accountsAt(safe: SafeId, user: string, address: string): Promise<readonly StoredAccount[]>;
  addAccount(account: StoredAccount): Promise<void>;
  changeAccount(account: StoredAccount): Promise<void>;
  /** The row goes with its secrets; sessions and audit keep what they say of it. */
  deleteAccount(id: AccountId): Promise<void>;
  object(safe: SafeId, name: string): Promise<StoredObject | null>;
  addObject(object: StoredObject): Promise<void>;
  hostKey(address: string, port: number): Promise<HostKey | null>;
  hostKeys(): Promise<readonly { readonly address: string; readonly port: number; readonly key: HostKey }[]>;
  pinHostKey(address: string, port: number, key: HostKey, by: string, at: number): Promise<void>;
  unpinHostKey(address: string, port: number): Promise<void>;
  uses(user: UserId): Promise<readonly UseOfAccount[]>;
  setFavourite(user: UserId, account: AccountId, on: boolean): Promise<void>;
  setUsed(user: UserId, account: AccountId, at: number): Promise<void>;
  /** Sealed bytes of a secret; every version has a row of its own. */
  secret(owner: string, version: number): Promise<Buffer | null>;
  addSecret(owner: string, version: number, sealed: Buffer, at: number): Promise<void>;
}
