import { unlink } from 'node:fs/promises';
import type { Outcome } from '#/domain/outcome.js';
import { storedPath } from './tape-path.js';

export interface RemovalOptions {
  readonly recordings: string;
  /** Recordings that the vault has deleted and whose files are still there. */
  readonly leaving: () => Promise<
    Outcome<readonly { readonly recordingId: string; readonly recordingSafe: string }[]>
  >;
  readonly removed: (recordingId: string) => Promise<Outcome<unknown>>;
  readonly log: (what: string, about: Readonly<Record<string, unknown>>) => void;
}

/** Removes the files of deleted recordings. Their keys are gone before, so nothing depends on when. */
export async function removeLeaving({ recordings, leaving, removed, log }: RemovalOptions): Promise<void> {
  const list = await leaving();
  if (!list.ok) return;
  for (const { recordingId, recordingSafe } of list.value) {
    const place = storedPath(recordings, recordingSafe, recordingId);
    const why = place === null ? 'its safe has no proper name' : await remove(place.path);
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
