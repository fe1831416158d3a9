import type { FileHandle } from 'node:fs/promises';
import type { CallResult } from '#/contract/calls.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';
import { type OpenedFile, openTapeFile } from '#/recorder/tape-file.js';
import { type StoredPlace, storedPath } from '#/recorder/tape-path.js';
import { chainFault } from './judge-tape.js';
import { indexTape, type TapeIndex } from './tape-index.js';
import { readTape, type TapeReader } from './tape-reader.js';

export type Redeemed = CallResult<'replay.redeem'>;

/** What the monitor may ask of the vault, as PSMAdminConnect. */
export interface ReplayVault {
  redeem(permit: string): Promise<Outcome<Redeemed>>;
  /** The content key of the one recording that the permit is for. */
  key(permit: string, ephemeral: string): Promise<Outcome<Buffer>>;
  /** Asked while a recording is shown: what the vault says of it now. */
  goesOn(permit: string): Promise<Outcome<{ readonly row: RecordingRow }>>;
  /** It is shown no more. */
  over(permit: string): void;
}

export interface OpeningParts {
  readonly vault: ReplayVault;
  /** Directory with one directory a recording safe. */
  readonly recordings: string;
}

/** A tape whose permit was redeemed. The file is open; nothing of it was believed yet. */
export interface FoundTape {
  readonly permit: string;
  readonly redeemed: Redeemed;
  readonly handle: FileHandle;
  /** It is not stored yet: what is there is what came to its safe so far. */
  readonly growing: boolean;
}

export async function findTape(parts: OpeningParts, permit: string): Promise<Outcome<FoundTape>> {
  const redeemed = await parts.vault.redeem(permit);
  if (!redeemed.ok) return redeemed;
  const { recordingId, recordingSafe, stored } = redeemed.value;
  if (stored === 'deleted') return failed(failure('RECORDING_DELETED', 'its file is going'));
  const place = storedPath(parts.recordings, recordingSafe, recordingId);
  if (place === null) return failed(failure('INTEGRITY', 'the recording safe has no proper name'));
  const growing = stored !== 'safe';
  const opened = growing ? await openGrowing(place) : await openTapeFile(place.path);
  if (opened.kind === 'absent')
    return failed(
      growing
        ? failure('RECORDING_NOT_STORED', 'nothing of it has come to its safe so far')
        : failure('RECORDING_MISSING'),
    );
  return opened.kind === 'foreign'
    ? damaged(opened.why)
    : done({ permit, redeemed: redeemed.value, handle: opened.handle, growing });
}

/** It may become the stored tape at any moment, by another name. */
async function openGrowing({ running, path }: StoredPlace): Promise<OpenedFile> {
  const opened = await openTapeFile(running);
  return opened.kind === 'absent' ? await openTapeFile(path) : opened;
}

/** The tape, to be read: it is the one of this recording, and it grew as the vault saw it grow. Takes the file over. */
export async function openRecording(parts: OpeningParts, found: FoundTape): Promise<Outcome<TapeReader>> {
  const { permit, redeemed, handle, growing } = found;
  try {
    const index = await indexTape(handle);
    const key = index.ok
      ? await keyFor(parts, permit, provenSoFar(index.value, redeemed, growing), index.value)
      : index;
    if (index.ok && key.ok) return done(await readTape(handle, index.value, key.value));
    await handle.close();
    return key.ok ? damaged('it was not read') : key;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Of a tape that grows: heads that the vault signed are not of more than has come to its safe. */
export function provenSoFar(index: TapeIndex, redeemed: Redeemed, growing: boolean): Redeemed {
  if (!growing) return redeemed;
  const here = index.segments.length;
  return { ...redeemed, proof: null, heads: redeemed.heads.filter(({ segments }) => segments <= here) };
}

async function keyFor(
  parts: OpeningParts,
  permit: string,
  redeemed: Redeemed,
  index: TapeIndex,
): Promise<Outcome<Buffer>> {
  if (index.scan.header.recordingId !== redeemed.recordingId)
    return damaged('its header names another recording');
  const fault = chainFault(index, redeemed);
  if (fault !== null)
    return damaged(fault.segment === null ? fault.detail : `segment ${fault.segment}: ${fault.detail}`);
  return await parts.vault.key(permit, index.scan.header.ephemeral);
}

function damaged(why: string): Outcome<never> {
  return failed(failure('RECORDING_DAMAGED', why));
}
