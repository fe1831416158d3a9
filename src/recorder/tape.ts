import { failure } from '#/domain/failure.js';
import { parseId } from '#/domain/ids.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import type { TapeHeader } from '#/domain/tape.js';
import { type Anchor, Anchors } from './anchors.js';
import type { OpenTape } from './open-tape.js';
import { RunningTape } from './running-tape.js';
import { SegmentWriter } from './segment-writer.js';
import { createSpoolFile, freeBytes, type SpoolFile } from './spool-file.js';
import { encodeHeader, firstHead } from './tape-format.js';
import { contentKeyForWriting, ephemeralKey } from './tape-key.js';

export type { OpenTape } from './open-tape.js';

export interface OpenTapeOptions {
  /** Directory that the file `<recordingId>.tape` is made in. */
  readonly spool: string;
  readonly header: Omit<TapeHeader, 'ephemeral' | 'format' | 'text'>;
  /** No tape is opened with less free space than this. */
  readonly reserveBytes: number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
  readonly anchor: Anchor;
  /** Milliseconds; by default events wait 500 for others, heads are anchored every 30 000, and text can be searched after 5000. */
  readonly timing?: { readonly batch: number; readonly anchor: number; readonly recent?: number };
}

const TIMING = { batch: 500, anchor: 30_000 };
const RECENT = 5000;

/** Opens a tape; resolves when its header is on the disk and its first head is anchored. No tape, no session. */
export async function openTape(options: OpenTapeOptions): Promise<Outcome<OpenTape>> {
  let file: SpoolFile | null = null;
  try {
    const beginning = begin(options);
    const free = await freeBytes(options.spool);
    if (free < options.reserveBytes)
      return unavailable(`only ${Math.floor(free / 1e6)} MB are free in the spool`);
    file = await createSpoolFile(options.spool, options.header.recordingId);
    await file.append(beginning.header);
    const first = await options.anchor(0, beginning.head.toString('hex'), null, beginning.ephemeral);
    if (first.ok) return done(start(options, file, beginning));
    await file.remove();
    return unavailable(first.failure.message);
  } catch (error) {
    await file?.remove().catch(() => undefined);
    return unavailable(error instanceof Error ? error.message : 'unknown');
  }
}

interface Beginning {
  readonly header: Buffer;
  readonly head: Buffer;
  readonly key: Buffer;
  /** base64 */
  readonly ephemeral: string;
}

function begin(options: OpenTapeOptions): Beginning {
  const { recordingId, recipient } = options.header;
  if (parseId('session', recordingId) === null) throw new Error('the recording has no proper id');
  const ephemeral = ephemeralKey(options.random(32));
  const key = contentKeyForWriting(ephemeral, Buffer.from(recipient, 'base64'));
  const publicKey = ephemeral.publicKey.toString('base64');
  const header = encodeHeader({ ...options.header, format: 1, ephemeral: publicKey, text: true });
  return { header, head: firstHead(header), key, ephemeral: publicKey };
}

function start(options: OpenTapeOptions, file: SpoolFile, { key, head }: Beginning): OpenTape {
  const timing = { recent: RECENT, ...(options.timing ?? TIMING) };
  const tape = new RunningTape({
    file,
    writer: new SegmentWriter({ file, recordingId: options.header.recordingId, key, head }),
    batch: timing.batch,
    recent: timing.recent,
    anchors: new Anchors({
      anchor: options.anchor,
      now: options.now,
      every: timing.anchor,
      refused: (why) => tape.fail(why),
    }),
  });
  return tape;
}

function unavailable(why: string): Outcome<never> {
  return failed(failure('RECORDER_UNAVAILABLE', why));
}
