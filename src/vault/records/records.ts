import type { AuditRecords } from '#/audit/records.js';
import type { AccountRecords } from './accounts.js';

import type { ComponentRecords } from './components.js';

import type { DirectoryRecords } from './directories.js';

import type { PeopleRecords } from './people.js';
import type { PlatformRecords } from './platforms.js';
import type { PolicyRecords } from './policy.js';
import type { SafeRecords } from './safes.js';
import type { SecondFactorRecords } from './second-factors.js';
import type { SessionRecords } from './sessions.js';
import type { ShadowRecords } from './shadows.js';
import type { TicketRecords } from './tickets.js';

/** Single values of the vault itself. */
export interface MetaRecords {
  value(name: string): Promise<Buffer | null>;
  setValue(name: string, value: Uint8Array): Promise<void>;
}

/** Everything that is stored, within one transaction. */
export interface Records {
  readonly people: PeopleRecords;
  readonly secondFactors: SecondFactorRecords;
  readonly directories: DirectoryRecords;
  readonly tickets: TicketRecords;
  readonly safes: SafeRecords;
  readonly accounts: AccountRecords;
  readonly platforms: PlatformRecords;
  readonly policy: PolicyRecords;
  readonly sessions: SessionRecords;
  readonly shadows: ShadowRecords;
  readonly components: ComponentRecords;
  readonly meta: MetaRecords;
  readonly audit: AuditRecords;
}

export interface Store {
  /** All of `work` or nothing of it, one after the other. Rejects with StoreFailure when the disk or the database does not obey. */
  transaction<T>(
    work: (records: Records) => Promise<T>,
    options?: {
      /**
       * What comes of it has no effect outside of the vault before a later transaction that is not `soon`: it is on the disk with that
       * one, or within 100 ms. Default: before it resolves.
       */
      readonly soon?: boolean;
    },
  ): Promise<T>;
  /** Everything that was done is on the disk. */
  flushed(): Promise<void>;
  /** What SQLite's own quick check says; 'ok' when all is well. */
  quickCheck(): Promise<string>;
  /** What was deleted is not on the disk any more either. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/** The database could not do what it was told: disk full, read only, damaged. */
export interface StoreFailure extends Error {
  readonly name: 'StoreFailure';
}

export function isStoreFailure(error: unknown): error is StoreFailure {
  return error instanceof Error && error.name === 'StoreFailure';
}
