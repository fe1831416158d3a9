import { chmodSync, existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, type Transaction } from 'kysely';
import type { Records, Store, StoreFailure } from '#/vault/records/records.js';
import { accountRecords } from './accounts.js';
import { auditRecords } from './audit.js';
import { type AuditEnd, createAuditEnd } from './audit-end.js';

import { componentRecords } from './components.js';

import { directoryRecords } from './directories.js';
import { type FixedQueries, runFixedQueries } from './fixed-query.js';
import { sqliteFlushing } from './flushing.js';
import { groupCommit } from './group-commit.js';
import { metaRecords } from './meta.js';
import { migrate, userVersion } from './migrate.js';
import { asSqliteDatabase } from './node-sqlite.js';
import { peopleRecords } from './people.js';
import { platformRecords } from './platforms.js';
import { policyRecords } from './policy.js';
import { safeRecords } from './safes.js';
import { secondFactorRecords } from './second-factors.js';
import { sessionRecords } from './sessions.js';
import { shadowRecords } from './shadows.js';
import type { Tables } from './tables.js';
import { ticketRecords } from './tickets.js';

export type Opened =
  | {
      readonly ok: true;
      readonly store: Store;
      readonly migratedFrom: number | null;
      readonly backup: string | null;
    }
  /** `why` is a sentence for the administrator; nothing was changed. */
  | { readonly ok: false; readonly why: string };

export interface OpenOptions {
  readonly path: string;
  /** Create the file; refused when it exists. Otherwise it must exist. */
  readonly create: boolean;
}

/** Opens the vault's database for this process alone, durable at every commit, at our version. */
export function openStore(options: OpenOptions): Opened {
  if (options.create === existsSync(options.path)) {
    return {
      ok: false,
      why: options.create
        ? `there is a vault at ${options.path} already`
        : `there is no vault at ${options.path}`,
    };
  }
  const database = new DatabaseSync(options.path);
  const outcome = prepare(database, options);
  if (!outcome.ok) database.close();
  return outcome;
}

function prepare(database: DatabaseSync, { path, create }: OpenOptions): Opened {
  try {
    if (create) chmodSync(path, 0o600);
    // exclusive from the first access on: no other process can open it, and no shared memory file is needed
    database.exec('pragma locking_mode = exclusive');
    const before = userVersion(database);
    if (before === 0 && !create) return { ok: false, why: `${path} is not a vault of Postern's` };
    const migrated = migrate(database, path);
    if (!migrated.ok) return migrated;
    database.exec(
      'pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma secure_delete = on; begin exclusive; commit',
    );
    return {
      ok: true,
      store: storeOf(database),
      migratedFrom: migrated.backup === null ? null : before,
      backup: migrated.backup,
    };
  } catch (error) {
    const locked = error instanceof Error && /locked|busy/.test(error.message);
    return {
      ok: false,
      why: locked ? `another process has ${path} open` : `${path} cannot be opened (${messageOf(error)})`,
    };
  }
}

export function storeOf(database: DatabaseSync): Store {
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: asSqliteDatabase(database) }) });
  // a disk that does not obey is told to whoever commits next
  const flushing = sqliteFlushing(database, () => void flush().catch(() => undefined));
  const fixed = runFixedQueries(database);
  const auditEnd = createAuditEnd(fixed);
  const inTransaction = groupCommit(db, flushing, auditEnd);
  // within a transaction of somebody else's it would be refused: it waits for the connection, as they do
  const checkpoint = (kind: 'passive' | 'truncate'): Promise<void> =>
    db.connection().execute(() => {
      if (database.isOpen) database.exec(`pragma wal_checkpoint(${kind})`);
      return Promise.resolve();
    });
  const flush = (): Promise<void> => {
    flushing.stop();
    return checkpoint('passive');
  };
  return {
    async transaction(work, { soon = false } = {}) {
      try {
        return await inTransaction((transaction) => work(recordsOf(transaction, fixed, auditEnd)), soon);
      } catch (error) {
        throw isSqlite(error) ? storeFailure(error) : error;
      }
    },
    quickCheck: () =>
      Promise.resolve(
        String(database.prepare('pragma quick_check(1)').get()?.['quick_check'] ?? 'no answer'),
      ),
    flushed: async () => {
      if (flushing.isDue) await flush();
    },
    forget: () => checkpoint('truncate'),
    close: () => {
      flushing.stop();
      if (database.isOpen) database.close();
      return Promise.resolve();
    },
  };
}

function recordsOf(db: Transaction<Tables>, fixed: FixedQueries, auditEnd: AuditEnd): Records {
  return {
    people: peopleRecords(db, fixed),
    secondFactors: secondFactorRecords(db),
    directories: directoryRecords(db),
    tickets: ticketRecords(db, fixed),
    safes: safeRecords(db, fixed),
    accounts: accountRecords(db, fixed),
    platforms: platformRecords(db),
    policy: policyRecords(db, fixed),
    sessions: sessionRecords(db, fixed),
    shadows: shadowRecords(db),
    components: componentRecords(db, fixed),
    meta: metaRecords(fixed),
    audit: auditRecords(db, fixed, auditEnd),
  };
}

function storeFailure(cause: unknown): StoreFailure {
  return Object.assign(new Error(messageOf(cause), { cause }), { name: 'StoreFailure' as const });
}

function isSqlite(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
