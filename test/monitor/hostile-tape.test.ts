import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeId } from '#/domain/ids.js';
import { exportText } from '#/monitor/export-text.js';
import { readLines } from '#/monitor/read-lines.js';
import { indexTape } from '#/monitor/tape-index.js';
import { readTape, type TapeReader } from '#/monitor/tape-reader.js';
import { openScreen } from '#/monitor/tape-screen.js';
import { timelineOf } from '#/monitor/tape-timeline.js';
import { transcriptOf } from '#/monitor/tape-transcript.js';
import { sealSegment } from '#/recorder/sealed-segment.js';
import { chainHead, encodeHeader, firstHead, SEGMENT } from '#/recorder/tape-format.js';
import { nextKey } from '#/recorder/tape-key.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'hostile-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A tape with these payloads, sealed as a writer would who was taken over and writes whatever he likes. */
async function tapeOf(...payloads: readonly (string | Buffer)[]): Promise<TapeReader> {
  const recordingId = makeId('session', randomBytes(20));
  const content = randomBytes(32);
  const header = encodeHeader({
    format: 1,
    recordingId,
    startedAt: 0,
    user: 'alice',
    account: 'root@web1',
    accountId: 'a',
    safe: 's',
    recordingSafe: 'PSMRecordings',
    columns: 80,
    rows: 24,
    term: 'xterm',
    recipient: randomBytes(32).toString('base64'),
    ephemeral: randomBytes(32).toString('base64'),
  });
  const parts = [header];
  let key: Buffer = Buffer.from(content);
  let previous: Buffer = firstHead(header);
  for (const [number, payload] of payloads.entries()) {
    const compressed = Buffer.isBuffer(payload) ? payload : zstdCompressSync(Buffer.from(payload));
    const head = { type: SEGMENT.events, number, first: number * 1000, last: number * 1000 + 500 };
    const segment = sealSegment(key, head, { recordingId, previous }, compressed);
    parts.push(segment);
    [key, previous] = [nextKey(key), chainHead(previous, segment)];
  }
  const path = join(folder, 'tape');
  writeFileSync(path, Buffer.concat(parts));
  const handle = await open(path);
  const index = await indexTape(handle);
  if (!index.ok) throw new Error(index.failure.message);
  return await readTape(handle, index.value, content);
}

const BOMB = zstdCompressSync(Buffer.alloc(512 * 1024 * 1024, 'x'));
const TAPES: readonly (readonly [string, readonly (string | Buffer)[]])[] = [
  [
    'times that are none',
    ['[NaN,"o","a"]\n[1e999,"o","b"]\n[-5,"o","c"]\n[0,"o","d"]\n[1e300,"r","1000000000x1000000000"]\n'],
  ],
  [
    'a thousand million columns',
    ['[0,"r","1000000000x1000000000"]\n[0,"o","x"]\n[0,"r","-1xNaN"]\n[0,"r","0x0"]\n[0,"o","y"]\n'],
  ],
  ['one line as long as a segment may be', [`[0,"o","${'x'.repeat(2_000_000)}"]\n`]],
  ['a sequence without an end', [`[0,"o","\\u001b]0;${'y'.repeat(2_000_000)}"]\n`, '[0,"o","z"]\n']],
  [
    'repetitions without an end',
    [`[0,"o","a\\u001b[2147483647b\\u001b[2147483647L\\u001b[2147483647I"]\n`.repeat(100)],
  ],
  ['many resizes', ['[0,"r","1000x500"]\n[0,"r","1x1"]\n'.repeat(20)]],
  [
    'deep nesting, and what is no event',
    ['['.repeat(1_000_000), '{"a":1}\n[0]\n[0,1,2]\n"x"\n[0,"o"]\n[0,"a","{}"]\n[0,"m",{}]\n'],
  ],
];

test.each(TAPES)(
  '%s: is shown, read and exported in bounded time, or refused',
  { timeout: 60_000 },
  async (_name, payloads) => {
    const reader = await tapeOf(...payloads);
    const timeline = await timelineOf(reader);
    expect(timeline.ok).toBe(true);
    const screen = openScreen(reader);
    for (const at of [0, 500, 1e12, Number.MAX_SAFE_INTEGER]) expect((await screen.show(at)).ok).toBe(true);
    expect(screen.terminal.cols).toBeLessThanOrEqual(1000);
    expect(screen.terminal.rows).toBeLessThanOrEqual(500);
    screen.close();
    const transcript = transcriptOf(reader);
    expect((await transcript.read(() => undefined)).ok).toBe(true);
    for (const { at, text } of transcript.lines) {
      expect(Number.isSafeInteger(at) && at >= 0).toBe(true);
      expect(text.length).toBeLessThanOrEqual(300);
    }
    for await (const text of exportText(reader)) expect(text.length).toBeLessThan(64 * 1024 * 1024);
    await reader.close();
  },
);

test('a bomb is refused by everybody, and names its segment', async () => {
  expect(BOMB.length).toBeLessThan(1024 * 1024);
  const reader = await tapeOf('[0,"o","before"]\n', BOMB);
  const before = process.memoryUsage.rss();
  const damaged = {
    ok: false,
    failure: { code: 'RECORDING_DAMAGED', message: expect.stringContaining('segment 1') as string },
  };
  expect(await reader.events(1)).toMatchObject(damaged);
  const screen = openScreen(reader);
  expect((await screen.show(0)).ok).toBe(true);
  expect(await screen.show(5000)).toMatchObject(damaged);
  screen.close();
  const read = [];
  for await (const part of readLines(reader)) read.push(part);
  expect(read.at(-1)).toMatchObject(damaged);
  expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
  await reader.close();
});
