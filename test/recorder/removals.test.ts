import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeId } from '#/domain/ids.js';
import { done } from '#/domain/outcome.js';
import { removeLeaving } from '#/recorder/removals.js';

let recordings: string;
beforeEach(() => {
  recordings = mkdtempSync(join(tmpdir(), 'removals-'));
  mkdirSync(join(recordings, 'PSMRecordings'));
});
afterEach(() => rmSync(recordings, { recursive: true, force: true }));

test('removes the files of deleted recordings, says so, and goes nowhere else', async () => {
  const ids = [1, 2, 3].map((fill) => makeId('session', Buffer.alloc(20, fill)));
  const path = (id: string | undefined) => join(recordings, 'PSMRecordings', `${id ?? ''}.tape`);
  for (const id of ids.slice(0, 2)) writeFileSync(path(id), 'tape');
  const removed: string[] = [];
  const said: unknown[] = [];
  await removeLeaving({
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
  expect(removed).toEqual([ids[0], ids[2]]);
  expect(said).toEqual([ids[1]]);
});
