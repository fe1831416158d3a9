import type { DatabaseSync } from 'node:sqlite';
import type { Flushing } from './group-commit.js';

/** Milliseconds within which everything that was committed is on the disk. */
const SOON = 100;

export interface SqliteFlushing extends Flushing {
  /** Something is committed that a loss of power would take away. */
  readonly isDue: boolean;
  stop(): void;
}

/**
 * SQLite's write-ahead log is one file: whatever commit is flushed, all before it are. So a commit need not be flushed
 * itself when one follows that is. `flush` is called when none did.
 */
export function sqliteFlushing(database: DatabaseSync, flush: () => void): SqliteFlushing {
  const changes = database.prepare('select total_changes() as n');
  const count = (): unknown => changes.get()?.['n'];
  let level: boolean | null = null;
  let before: unknown = 0;
  let due: NodeJS.Timeout | null = null;
  const stop = (): void => {
    if (due !== null) clearTimeout(due);
    due = null;
  };
  return {
    get isDue() {
      return due !== null;
    },
    atCommit(flushed) {
      if (level !== flushed) database.exec(`pragma synchronous = ${flushed ? 'full' : 'normal'}`);
      level = flushed;
      before = count();
    },
    committed() {
      // one that wrote nothing flushed nothing
      if (count() === before) return;
      if (level === true) return stop();
      due ??= setTimeout(() => {
        due = null;
        flush();
      }, SOON);
    },
    stop,
  };
}
