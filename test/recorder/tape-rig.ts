import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignedHead } from '#/contract/rows.js';
import { makeId } from '#/domain/ids.js';
import { done, type Outcome } from '#/domain/outcome.js';
import { indexTape } from '#/monitor/tape-index.js';
import { readTape, type TapeReader } from '#/monitor/tape-reader.js';
import type { TapeEnd } from '#/recorder/anchors.js';
import { type OpenTape, type OpenTapeOptions, openTape } from '#/recorder/tape.js';
import { contentKeyForReading, rawPublicKey } from '#/recorder/tape-key.js';

/** A spool of its own, a recording safe's key, and a vault that takes heads; removed when it goes out of scope. */
export function tapeRig() {
  const directory = mkdtempSync(join(tmpdir(), 'tape-'));
  const safe = generateKeyPairSync('x25519');
  const heads: (Pick<SignedHead, 'segments' | 'head' | 'final'> & { readonly end: TapeEnd | null })[] = [];
  const recordingId = makeId('session', randomBytes(20));
  const options: OpenTapeOptions = {
    spool: directory,
    header: {
      recordingId,
      startedAt: 1_700_000_000_000,
      user: 'alice',
      account: 'root@web1',
      accountId: makeId('account', randomBytes(20)),
      safe: 'Linux',
      recordingSafe: 'PSMRecordings',
      columns: 80,
      rows: 24,
      term: 'xterm-256color',
      recipient: rawPublicKey(safe.publicKey).toString('base64'),
    },
    reserveBytes: 1024,
    now: () => performance.now(),
    random: randomBytes,
    anchor: (segments, head, end) => {
      heads.push({ segments, head, final: end !== null, end });
      return Promise.resolve(anchored(recordingId, segments, head, end !== null));
    },
    timing: { batch: 5, anchor: 20 },
  };
  return {
    directory,
    safe,
    heads,
    recordingId,
    options,
    path: join(directory, `${recordingId}.tape`),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

export function anchored(
  recordingId: string,
  segments: number,
  head: string,
  final: boolean,
): Outcome<SignedHead> {
  return done({ recordingId, segments, head, final, at: 0, signature: '' });
}

export async function opened(options: OpenTapeOptions): Promise<OpenTape> {
  const outcome = await openTape(options);
  if (!outcome.ok) throw new Error(outcome.failure.message);
  return outcome.value;
}

/** Waits until it is so; the test's own time limit is the end of it. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A tape's file; tests may run as its owner, who has no right to read it but for being root. */
export async function readAll(path: string): Promise<Buffer> {
  return await readFile(path);
}

/** Reads a tape with the recording safe's private key. */
export async function reading({
  path,
  safe,
}: {
  readonly path: string;
  readonly safe: { readonly privateKey: KeyObject };
}): Promise<TapeReader> {
  const handle = await open(path);
  const index = await indexTape(handle);
  if (!index.ok) throw new Error(index.failure.message);
  return await readTape(
    handle,
    index.value,
    contentKeyForReading(safe.privateKey, Buffer.from(index.value.scan.header.ephemeral, 'base64')),
  );
}

/** Every byte of output on a tape, from its first segment to its last. */
export async function outputOf(tape: {
  readonly path: string;
  readonly safe: { readonly privateKey: KeyObject };
}) {
  const reader = await reading(tape);
  const parts: Buffer[] = [];
  for (let number = 0; number < reader.index.segments.length; number += 1) {
    const events = await reader.events(number);
    if (!events.ok) throw new Error(events.failure.message);
    for (const event of events.value) if (event.kind === 'output') parts.push(event.bytes);
  }
  await reader.close();
  return {
    output: Buffer.concat(parts),
    scan: reader.index.scan,
    headAfter: (segments: number) => reader.index.headAfter(segments).toString('hex'),
  };
}
