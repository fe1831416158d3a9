import { constants } from 'node:fs';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Failure, failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import type { TextPlace } from '#/domain/tape-text.js';
import { type FileDigest, hashedFile } from './file-digest.js';
import { finishCopy, openCopy } from './growing-copy.js';
import { openTapeFile } from './tape-file.js';
import { SEGMENT } from './tape-format.js';
import { type StoredPlace, storedPath, tapeName } from './tape-path.js';
import { scanTape, type TapeScan } from './tape-scan.js';

/** More are not worth a list: then the tape is read. */
const MOST_TEXTS = 5000;

/** What the vault is told of a stored tape. */
export interface StoredTape {
  readonly recordingId: string;
  /** Of the file. */
  readonly bytes: number;
  readonly segments: number;
  /** Hex. */
  readonly head: string;
  /** Hex SHA-256 of the file. */
  readonly digest: string;
  readonly complete: boolean;
  readonly durationMs: number;
  /** Where its segments of text are; null: it is an old one, or was cut, and may have text that is in none of them. */
  readonly text: readonly TextPlace[] | null;
}

export interface StoreOptions {
  readonly spool: string;
  readonly recordings: string;
  readonly recordingId: string;
  readonly recordingSafe: string;
  /** Tells the vault; may be told the same twice. */
  readonly stored: (tape: StoredTape) => Promise<Outcome<unknown>>;
  /** Is called before each step. */
  readonly reached?: (step: StoreStep) => void;
}

export type StoreStep = 'open' | 'copy' | 'sync' | 'check' | 'rename' | 'tell' | 'unlink' | 'done';

/** 'foreign': the file is no tape, or another one of that name is stored: keep it away from the others. */
export type StoreResult =
  | { readonly kind: 'stored'; readonly tape: StoredTape }
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'later'; readonly failure: Failure }
  | { readonly kind: 'absent' };

/**
 * Brings a finished tape from the spool to its recording safe. Whenever it is interrupted, calling it again finishes
 * the work: the spool's file goes last, after the copy is on the disk under its name and the vault knows.
 * It is a copy, because the spool's file belongs to who wrote it; most of it was there before, if its session ran a while.
 */
export async function storeTape(options: StoreOptions): Promise<StoreResult> {
  const step = options.reached ?? (() => undefined);
  const place = storedPath(options.recordings, options.recordingSafe, options.recordingId);
  if (place === null)
    return { kind: 'later', failure: failure('INTEGRITY', 'the recording safe has no proper name') };
  const spooled = join(options.spool, tapeName(options.recordingId));
  step('open');
  const source = await openTapeFile(spooled);
  if (source.kind !== 'file') return source;
  try {
    const kept = await copyIn({ source: source.handle, place, recordingId: options.recordingId, step });
    if (kept.kind !== 'stored') return kept;
    step('tell');
    const told = await options.stored(kept.tape);
    if (!told.ok) return { kind: 'later', failure: told.failure };
    step('unlink');
    await unlink(spooled);
    step('done');
    return kept;
  } finally {
    await source.handle.close();
  }
}

type Kept = Extract<StoreResult, { kind: 'stored' | 'foreign' }>;
type Later = Extract<StoreResult, { kind: 'later' }>;

interface CopyOptions {
  readonly source: FileHandle;
  readonly place: StoredPlace;
  readonly recordingId: string;
  readonly step: (step: StoreStep) => void;
}

async function copyIn({ source, place, recordingId, step }: CopyOptions): Promise<Kept | Later> {
  const { directory, path, running } = place;
  const before = await describe(path, recordingId);
  if (before !== null) return await sameTape(source, before, recordingId);
  step('copy');
  const copy = await openCopy(place);
  try {
    await finishCopy(source, copy, () => step('sync'));
  } finally {
    await copy.close();
  }
  step('check');
  const copied = await describe(running, recordingId);
  if (copied?.kind !== 'stored') {
    await unlink(running);
    return { kind: 'foreign', why: copied?.why ?? 'its copy is gone' };
  }
  if ((await source.stat()).size > copied.tape.bytes)
    return { kind: 'later', failure: failure('RECORDING_NOT_STORED', 'it still grows') };
  step('rename');
  await rename(running, path);
  await syncDirectory(directory);
  return copied;
}

/** A tape of that name is stored already: the same one, when we were interrupted after the renaming. */
async function sameTape(source: FileHandle, before: Kept, recordingId: string): Promise<Kept> {
  const spooled = await inspect(source, recordingId);
  if (
    before.kind === 'stored' &&
    spooled.kind === 'stored' &&
    spooled.tape.head === before.tape.head &&
    spooled.tape.digest === before.tape.digest
  )
    return before;
  return { kind: 'foreign', why: 'another tape of that name is stored already' };
}

async function describe(path: string, recordingId: string): Promise<Kept | null> {
  const opened = await openTapeFile(path);
  if (opened.kind === 'absent') return null;
  if (opened.kind === 'foreign') return opened;
  try {
    return await inspect(opened.handle, recordingId);
  } finally {
    await opened.handle.close();
  }
}

async function inspect(handle: FileHandle, recordingId: string): Promise<Kept> {
  const text: TextPlace[] = [];
  const file = hashedFile(handle);
  const scan = await scanTape(file, ({ head, offset, bytes }) => {
    if (head.type === SEGMENT.text) text.push({ segment: head.number, offset, bytes: bytes.length });
  });
  if (scan.kind === 'foreign') return scan;
  if (scan.header.recordingId !== recordingId)
    return { kind: 'foreign', why: 'its header names another recording' };
  return { kind: 'stored', tape: tapeOf(scan, await file.digest(), text) };
}

function tapeOf(scan: TapeScan, file: FileDigest, text: readonly TextPlace[]): StoredTape {
  const complete = scan.ended && scan.rest === 'none';
  return {
    recordingId: scan.header.recordingId,
    ...file,
    segments: scan.segments,
    head: scan.head.toString('hex'),
    complete,
    durationMs: scan.durationMs,
    text: complete && scan.header.text === true && text.length <= MOST_TEXTS ? text : null,
  };
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
