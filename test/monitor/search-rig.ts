import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SearchHit, SearchProgress } from '#/contract/replay-link.js';
import type { RecordingRow } from '#/contract/rows.js';
import type { SearchedRow } from '#/contract/search-calls.js';
import { makeId } from '#/domain/ids.js';
import { done } from '#/domain/outcome.js';
import type { TapeEvent } from '#/domain/tape.js';
import type { TextLine, TextPlace } from '#/domain/tape-text.js';
import { type SearchVault, searchRecordings } from '#/monitor/search/search-recordings.js';
import { SEGMENT } from '#/recorder/tape-format.js';
import { contentKeyForReading, textKeyOf } from '#/recorder/tape-key.js';
import { scanTape } from '#/recorder/tape-scan.js';
import { eventually, opened, tapeRig } from '../recorder/tape-rig.js';

/** A recording safe's directory with tapes, and the vault's part of searching them. */
export function searchRig() {
  const recordings = mkdtempSync(join(tmpdir(), 'search-'));
  mkdirSync(join(recordings, 'PSMRecordings'));
  const tapes: {
    readonly row: RecordingRow;
    readonly path: string;
    places: SearchedRow['text'];
    key: Buffer;
  }[] = [];
  return {
    recordings,
    tapes,
    /** `old`: as it was before tapes had text of their own. */
    async add(
      lines: readonly TextLine[],
      options: {
        readonly events?: readonly TapeEvent[];
        readonly old?: boolean;
        /** Its session runs: the lines come in these parts, each on the tape before the next. */
        readonly running?: readonly (readonly TextLine[])[];
        readonly startedAt?: number;
      } = {},
    ) {
      using rig = tapeRig();
      const recordingId = makeId('session', randomBytes(20));
      const running = options.running !== undefined;
      const tape = await opened({
        ...rig.options,
        header: { ...rig.options.header, recordingId },
        timing: { batch: 1, anchor: 1000, recent: running ? 1 : 5000 },
      });
      for (const event of options.events ?? []) tape.append(event);
      tape.text(lines);
      const spooled = join(rig.directory, `${recordingId}.tape`);
      for (const more of options.running ?? []) {
        const before = statSync(spooled).size;
        tape.text(more);
        await eventually(() => statSync(spooled).size > before && tape.pending === 0);
      }
      const path = join(recordings, 'PSMRecordings', `${recordingId}.${running ? 'running' : 'tape'}`);
      if (running) copyFileSync(spooled, path);
      await tape.close({ kind: 'exited', status: 0, signal: null });
      if (!running) renameSync(spooled, path);
      const handle = await open(path);
      const places: TextPlace[] = [];
      const scan = await scanTape(handle, ({ head, offset, bytes }) => {
        if (head.type === SEGMENT.text) places.push({ segment: head.number, offset, bytes: bytes.length });
      });
      await handle.close();
      if (scan.kind !== 'tape') throw new Error(scan.why);
      const content = contentKeyForReading(rig.safe.privateKey, Buffer.from(scan.header.ephemeral, 'base64'));
      tapes.unshift({
        row: rowOf(recordingId, options.startedAt ?? tapes.length),
        path,
        places: running ? 'growing' : options.old === true ? null : places,
        key: options.old === true ? content : textKeyOf(content),
      });
      return { recordingId, path };
    },
    async search(
      text: string,
      options: { readonly most?: number; readonly page?: number; readonly stopAfter?: number } = {},
    ) {
      const hits: SearchHit[] = [];
      const progress: SearchProgress[] = [];
      const outcome = await searchRecordings(
        { vault: vaultOf(tapes, options.page ?? 100), recordings, worker: WORKER },
        { search: 's', text },
        options.most ?? 500,
        (message) => {
          if (message.type === 'hits') hits.push(...message.hits);
          else progress.push(message);
          return Promise.resolve(options.stopAfter === undefined || hits.length < options.stopAfter);
        },
      );
      return { outcome, hits, progress, last: progress.at(-1) };
    },
    [Symbol.dispose]: () => rmSync(recordings, { recursive: true, force: true }),
  };
}

const WORKER = new URL('../../dist/monitor/search/search-worker.js', import.meta.url);

function vaultOf(
  tapes: readonly {
    readonly row: RecordingRow;
    readonly places: SearchedRow['text'];
    readonly key: Buffer;
  }[],
  size: number,
): SearchVault {
  return {
    redeem: () => Promise.reject(new Error('not here')),
    page(_search, after) {
      const from = after === null ? 0 : tapes.findIndex(({ row }) => row.id === after) + 1;
      const some = tapes.slice(from, from + size);
      const rows = some.map(({ row, places }): SearchedRow => ({ row, text: places }));
      const last = from + size < tapes.length ? (some.at(-1)?.row.id ?? null) : null;
      return Promise.resolve(
        done({ page: { rows, left: 0, after: last }, keys: Buffer.concat(some.map(({ key }) => key)) }),
      );
    },
  };
}

function rowOf(id: string, startedAt: number): RecordingRow {
  return {
    id,
    user: 'alice',
    account: 'root@web1',
    accountId: 'a',
    safe: 'Linux',
    recordingSafe: 'PSMRecordings',
    from: '192.0.2.1',
    startedAt,
    endedAt: startedAt + 1,
    outcome: 'exited',
    endingText: null,
    isolation: 3,
    stored: 'safe',
    bytes: 1,
    complete: true,
    reason: null,
    forward: null,
    hold: null,
    deletion: null,
    commands: 0,
    transfers: 0,
  };
}
