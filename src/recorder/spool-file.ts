import { constants } from 'node:fs';
import { type FileHandle, open, stat, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The file of one tape while it is written: bytes go to its end, and nowhere else. */
export interface SpoolFile {
  readonly bytes: number;
  /** Resolves when the bytes are on the disk. Rejects with the system's error; the file is not to be used any more then. */
  append(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
  /** For a tape on which nothing was taped. */
  remove(): Promise<void>;
}

const { O_WRONLY, O_CREAT, O_EXCL, O_APPEND, O_NOFOLLOW } = constants;

/**
 * Not readable by its writer, nor by its writer's group: of all others only the recorder, whose directory it is, comes
 * near it. Without service accounts the writer is the recorder's user himself.
 */
const MODE = { ofRecorder: 0o400, ofOther: 0o004 } as const;

/**
 * Makes the file; it must not be there yet. The directory cannot be synchronised by who may not read it: fsync of the
 * new file brings its name to the disk too, on the file systems of Linux.
 */
export async function createSpoolFile(spool: string, recordingId: string): Promise<SpoolFile> {
  const path = join(spool, `${recordingId}.tape`);
  const mode = (await stat(spool)).uid === process.getuid?.() ? MODE.ofRecorder : MODE.ofOther;
  const handle = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW, mode);
  try {
    // the umask may have taken the bit
    await handle.chmod(mode);
  } catch (error) {
    await handle.close();
    throw error;
  }
  let written = 0;
  return {
    get bytes() {
      return written;
    },
    async append(bytes) {
      await writeAll(handle, bytes);
      await handle.datasync();
      written += bytes.length;
    },
    async close() {
      await handle.close();
    },
    async remove() {
      await handle.close();
      await unlink(path);
    },
  };
}

/** Bytes that an ordinary user can still write there. */
export async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory);
  return bavail * bsize;
}

async function writeAll(handle: FileHandle, bytes: Buffer): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += (await handle.write(bytes, done)).bytesWritten;
}
