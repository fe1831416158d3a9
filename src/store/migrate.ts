import { chmodSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { first } from './migrations/001-first.js';
import { tickets } from './migrations/002-tickets.js';
import { accountsByAddress } from './migrations/003-accounts-by-address.js';
import { secondFactors } from './migrations/004-second-factors.js';

import { componentRotation } from './migrations/005-component-rotation.js';
import { directories } from './migrations/006-directories.js';
import { policySettings } from './migrations/007-policy-settings.js';
import { recordingProof } from './migrations/008-recording-proof.js';
import { sessionReasons } from './migrations/009-session-reasons.js';
import { recordingKeeping } from './migrations/010-recording-keeping.js';
import { recordingLists } from './migrations/011-recording-lists.js';
import { recordingText } from './migrations/012-recording-text.js';
import { platforms } from './migrations/013-platforms.js';
import { accountsByPlace } from './migrations/014-accounts-by-place.js';

/** In order; the number of those applied is the database's user_version. Never change one that was released. */
export const MIGRATIONS: readonly string[] = [
  first,
  tickets,
  accountsByAddress,
  secondFactors,
  componentRotation,
  directories,
  policySettings,
  recordingProof,
  sessionReasons,
  recordingKeeping,
  recordingLists,
  recordingText,
  platforms,
  accountsByPlace,
];

export type Migrated =
  | { readonly ok: true; readonly from: number; readonly backup: string | null }
  | { readonly ok: false; readonly why: string };

/**
 * Brings the database to our version: in one transaction, after a copy beside it. A newer database is not touched.
 */
export function migrate(
  database: DatabaseSync,
  path: string,
  migrations: readonly string[] = MIGRATIONS,
): Migrated {
  const from = userVersion(database);
  if (from > migrations.length) {
    return {
      ok: false,
      why: `the database has version ${from}, this Postern knows up to ${migrations.length}: start the newer Postern that wrote it`,
    };
  }
  if (from === migrations.length) return { ok: true, from, backup: null };
  const backup = from === 0 ? null : backUp(database, path, from);
  database.exec('begin immediate');
  try {
    for (const step of migrations.slice(from)) database.exec(step);
    database.exec(`pragma user_version = ${migrations.length}`);
    database.exec('commit');
  } catch (error) {
    database.exec('rollback');
    return {
      ok: false,
      why: `the database could not be brought from version ${from} to ${migrations.length} (${error instanceof Error ? error.message : 'unknown'}); it is as it was`,
    };
  }
  return { ok: true, from, backup };
}

export function userVersion(database: DatabaseSync): number {
  const row = database.prepare('pragma user_version').get();
  return Number(row?.['user_version'] ?? 0);
}

function backUp(database: DatabaseSync, path: string, version: number): string {
  const name = `${path}.version-${version}.backup`;
  rmSync(name, { force: true });
  database.prepare('vacuum into ?').run(name);
  chmodSync(name, 0o600);
  return name;
}
