import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeId } from '#/domain/ids.js';
import { done } from '#/domain/outcome.js';
import { removeLeaving } from '#/recorder/removals.js';

let recordings: string;
let spool: string;
beforeEach(() => {
  spool = mkdtempSync(join(tmpdir(), 'removals-spool-'));
  recordings = mkdtempSync(join(tmpdir(), 'removals-'));
  mkdirSync(join(recordings, 'PSMRecordings'));
});
afterEach(() => {
  for (const folder of [recordings, spool]) rmSync(folder, { recursive: true, force: true });
});

test('removes the files of deleted recordings, says so, and goes nowhere else', async () => {
  const ids = [1, 2, 3].map((fill) => makeId('session', Buffer.alloc(20, fill)));
  const path = (id: string | undefined) => join(recordings, 'PSMRecordings', `${id ?? ''}.tape`);
  for (const id of ids.slice(0, 2)) writeFileSync(path(id), 'tape');
  // what a crash left after its copy was stored
  const left = join(spool, `${ids[0] ?? ''}.tape`);
  const others = join(spool, `${makeId('session', Buffer.alloc(20, 9))}.tape`);
  for (const file of [left, others]) writeFileSync(file, 'tape');
  const removed: string[] = [];
  const said: unknown[] = [];
  await removeLeaving({
    spool,
    recordings,
    leaving: () =>
      Promise.resolve(
        done([
          { recordingId: ids[0] ?? '', recordingSafe: 'PSMRecordings' },
          // it was removed before, and the vault was not told
          { recordingId: ids[2] ?? '', recordingSafe: 'PSMRecordings' },
          { recordingId: ids[1] ?? '', recordingSafe: '../PSMRecordings' },
        ]),
      ),
    removed: (id) => {
      removed.push(id);
      return Promise.resolve(done(null));
    },
    log: (_what, about) => said.push(about['recordingId']),
  });
  expect([existsSync(path(ids[0])), existsSync(path(ids[1]))]).toEqual([false, true]);
  expect([existsSync(left), existsSync(others)]).toEqual([false, true]);
  expect(removed).toEqual([ids[0], ids[2]]);
  expect(said).toEqual([ids[1]]);
});
