import { join } from 'node:path';
import { parseId } from '#/domain/ids.js';
import { checkName } from '#/domain/names.js';

/** Longest name of a directory, in bytes, on the file systems of Linux. */
const LONGEST_NAME = 255;

export function tapeName(recordingId: string): string {
  return `${recordingId}.tape`;
}

/** The recording's id when a file has the name of a tape, else null. */
export function recordingOf(fileName: string): string | null {
  const id = fileName.endsWith('.tape') ? parseId('session', fileName.slice(0, -5)) : null;
  return id;
}

/** Where a recording is in its safe. */
export interface StoredPlace {
  readonly directory: string;
  /** Of the stored tape. */
  readonly path: string;
  /** Of what is there of it until it is stored. */
  readonly running: string;
}

/** One directory a recording safe. Null: names that are no part of a path. */
export function storedPath(
  recordings: string,
  recordingSafe: string,
  recordingId: string,
): StoredPlace | null {
  const checked = checkName('safe', recordingSafe);
  if (!checked.ok || checked.name !== recordingSafe || Buffer.byteLength(recordingSafe) > LONGEST_NAME)
    return null;
  if (recordingSafe.startsWith('.') || parseId('session', recordingId) === null) return null;
  const directory = join(recordings, recordingSafe);
  return {
    directory,
    path: join(directory, tapeName(recordingId)),
    running: join(directory, `${recordingId}.running`),
  };
}
