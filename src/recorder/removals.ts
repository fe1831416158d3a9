import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outcome } from '#/domain/outcome.js';
import { storedPath, tapeName } from './tape-path.js';

export interface RemovalOptions {
  readonly spool: string;
  readonly recordings: string;
  /** Recordings that the vault has deleted and whose files are still there. */
  readonly leaving: () => Promise<
    Outcome<readonly { readonly recordingId: string; readonly recordingSafe: string }[]>
  >;
  readonly removed: (recordingId: string) => Promise<Outcome<unknown>>;
  readonly log: (what: string, about: Readonly<Record<string, unknown>>) => void;
}

/**
 * Removes the files of deleted recordings, and what a crash left of them in the spool. Their keys are gone before, and
 * open neither, so nothing depends on when.
 */
export async function removeLeaving(options: RemovalOptions): Promise<void> {
  const { spool, recordings, leaving, removed, log } = options;
  const list = await leaving();
  if (!list.ok) return;
  for (const { recordingId, recordingSafe } of list.value) {
    const place = storedPath(recordings, recordingSafe, recordingId);
    const why =
      place === null
        ? 'its safe has no proper name'
        : ((await remove(join(spool, tapeName(recordingId)))) ?? (await remove(place.path)));
    if (why === null) await removed(recordingId);
    else log('a deleted recording could not be removed', { recordingId, why });
  }
}

/** Null: it is not there any more. */
async function remove(path: string): Promise<string | null> {
  try {
    await unlink(path);
    return null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    return error instanceof Error ? error.message : 'unknown';
  }
}
