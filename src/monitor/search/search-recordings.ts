import { Worker } from 'node:worker_threads';
import type { FromMonitor, SearchHit } from '#/contract/replay-link.js';
import type { SearchedRow, SearchPage } from '#/contract/search-calls.js';
import { failure } from '#/domain/failure.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import { storedPath } from '#/recorder/tape-path.js';
import type { FromSearcher, Wanted } from './protocol.js';

export interface SearchVault {
  redeem(
    permit: string,
  ): Promise<Outcome<{ readonly search: string; readonly text: string; readonly viewer: string | null }>>;
  /** Keys, 32 bytes each, in the order of the rows. */
  page(
    search: string,
    after: string | null,
  ): Promise<Outcome<{ readonly page: SearchPage; readonly keys: Buffer }>>;
}

export interface SearchParts {
  readonly vault: SearchVault;
  /** Directory with one directory a recording safe. */
  readonly recordings: string;
  /** The compiled search-worker.js. */
  readonly worker?: URL;
}

const KEY = 32;
/** Old tapes are read last, a few at a time; of more than these there is no search. */
const MOST_OLD = 2000;
const OLD_BATCH = 4;
/** The thread's memory, MB: whatever is in a tape, it cannot take more. */
const MEMORY = 512;

type Old = SearchedRow & { readonly key: Buffer };

/**
 * Searches everything that the permit is for, newest first: at first what has text of its own, then old tapes. `say` resolves
 * when the viewer takes more; false: he is gone.
 */
export async function searchRecordings(
  { vault, recordings, worker }: SearchParts,
  { search, text }: { readonly search: string; readonly text: string },
  most: number,
  say: (message: Extract<FromMonitor, { type: 'hits' | 'searched' }>) => Promise<boolean>,
): Promise<Outcome<null>> {
  const thread = startThread(text, worker);
  const old: Old[] = [];
  let ahead: ReturnType<SearchVault['page']> | null = null;
  const count = { recordings: 0, slow: 0, left: 0, failed: 0, hits: 0 };
  try {
    let next: ReturnType<SearchVault['page']> | null = vault.page(search, null);
    while (next !== null && count.hits < most) {
      const answer: Awaited<typeof next> = await next;
      next = null;
      if (!answer.ok) return answer;
      const { page, keys } = answer.value;
      // the vault finds the next ones while these are searched
      if (page.after !== null) ahead = next = vault.page(search, page.after);
      count.left += page.left;
      const rows = page.rows.map((row, place) => ({
        ...row,
        key: keys.subarray(place * KEY, (place + 1) * KEY),
      }));
      for (const row of rows) if (row.text === null) keep(row);
      const went = await batch(rows.filter((row) => row.text !== null));
      keys.fill(0);
      if (went !== null) return went;
    }
    while (old.length > 0 && count.hits < most) {
      const some = old.splice(0, OLD_BATCH);
      const went = await batch(some);
      for (const { key } of some) key.fill(0);
      count.slow += some.length;
      if (went !== null) return went;
    }
    await say({ type: 'searched', ...count, over: true, more: count.hits >= most });
    return { ok: true, value: null };
  } finally {
    for (const { key } of old) key.fill(0);
    void ahead?.then((answer) => (answer.ok ? answer.value.keys.fill(0) : null)).catch(() => undefined);
    await thread.end();
  }

  function keep(row: Old): void {
    if (old.length < MOST_OLD) old.push({ ...row, key: Buffer.from(row.key) });
    else count.left += 1;
  }
  /** Null: it goes on. */
  async function batch(rows: readonly Old[]): Promise<Outcome<null> | null> {
    const wanted = rows.flatMap((row): readonly (Wanted & { readonly row: Old['row'] })[] => {
      const place = storedPath(recordings, row.row.recordingSafe, row.row.id);
      return place === null
        ? []
        : [
            {
              row: row.row,
              recordingId: row.row.id,
              paths: row.text === 'growing' ? [place.running, place.path] : [place.path],
              text: row.text,
              key: Uint8Array.from(row.key),
            },
          ];
    });
    let gone = false;
    const done = await thread.search(
      wanted.map(({ row: _row, ...one }) => one),
      most - count.hits,
      async (place, lines) => {
        const row = wanted[place]?.row;
        if (row === undefined) return;
        const hits = lines.map((line): SearchHit => ({ recording: row, ...line }));
        count.hits += hits.length;
        gone ||= !(await say({ type: 'hits', hits }));
      },
    );
    if (done === null) return failed(failure('INTERNAL', 'the search broke'));
    count.recordings += rows.length;
    count.failed += done;
    gone ||= !(await say({ type: 'searched', ...count, over: false, more: false }));
    return gone ? { ok: true, value: null } : null;
  }
}

interface Thread {
  /** How many could not be read; null: the thread is broken. */
  search(
    wanted: readonly Wanted[],
    most: number,
    found: (place: number, lines: Extract<FromSearcher, { type: 'found' }>['lines']) => Promise<void>,
  ): Promise<number | null>;
  end(): Promise<void>;
}

function startThread(text: string, file = new URL('./search-worker.js', import.meta.url)): Thread {
  const worker = new Worker(file, { name: 'search', resourceLimits: { maxOldGenerationSizeMb: MEMORY } });
  let broken = false;
  let batch = 0;
  let finish: (failed: number | null) => void = () => undefined;
  let found: Parameters<Thread['search']>[2] = () => Promise.resolve();
  let telling = Promise.resolve();
  worker.on('message', (message: FromSearcher) => {
    if (message.batch !== batch) return;
    if (message.type === 'found') telling = telling.then(() => found(message.place, message.lines));
    else void telling.then(() => finish(message.failed));
  });
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    broken = true;
    finish(null);
  });
  worker.postMessage({ type: 'pattern', text });
  return {
    search(wanted, most, take) {
      if (broken) return Promise.resolve(null);
      if (wanted.length === 0) return Promise.resolve(0);
      batch += 1;
      found = take;
      const { promise, resolve } = Promise.withResolvers<number | null>();
      finish = resolve;
      worker.postMessage(
        { type: 'search', batch, wanted, most },
        wanted.map(({ key }) => key.buffer as ArrayBuffer),
      );
      return promise;
    },
    async end() {
      finish(null);
      await worker.terminate();
    },
  };
}
