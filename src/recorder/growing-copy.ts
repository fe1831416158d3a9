import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open } from 'node:fs/promises';
import type { StoredPlace } from './tape-path.js';
import { scanTape } from './tape-scan.js';

const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
const CHUNK = 1024 * 1024;
/** While it grows, and when it is a stored tape. */
const GROWING = 0o640;
const STORED = 0o440;

/**
 * The copy of a tape in its recording safe, which grows while its session runs and becomes the stored tape at its end. What
 * it holds is a beginning of the tape, to the byte, at any moment. Throws when it cannot be written.
 */
export async function openCopy({ directory, running }: StoredPlace): Promise<FileHandle> {
  // the group and the setgid bit come from the directory above
  await mkdir(directory, { mode: 0o750, recursive: true });
  const opened = (): Promise<FileHandle> => open(running, O_RDWR | O_CREAT | O_NOFOLLOW, GROWING);
  try {
    return await opened();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error;
    // it was finished, and not renamed any more
    await chmod(running, GROWING);
    return await opened();
  }
}

/** Appends what the source has from `from` to `to` (bytes). */
export async function copyOn(source: FileHandle, copy: FileHandle, from: number, to: number): Promise<void> {
  const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(CHUNK, to - from)));
  for (let at = from; at < to; ) {
    const { bytesRead } = await source.read(chunk, 0, Math.min(chunk.length, to - at), at);
    if (bytesRead === 0) return;
    for (let done = 0; done < bytesRead; )
      done += (await copy.write(chunk, done, bytesRead - done, at + done)).bytesWritten;
    at += bytesRead;
  }
}

/**
 * Makes the copy a beginning of the source again, as far as it is not, and says how long it is. Where the source ends before
 * the copy does, the copy keeps its whole segments: what was taken once is not given back.
 */
export async function agree(source: FileHandle, copy: FileHandle): Promise<number> {
  const [sourceSize, copySize] = [(await source.stat()).size, (await copy.stat()).size];
  const common = Math.min(sourceSize, copySize);
  const same = await sameBytes(source, copy, common);
  let keep = same;
  if (same === common && copySize > sourceSize) {
    const scan = await scanTape(copy);
    keep = Math.max(common, scan.kind === 'tape' ? scan.bytes : 0);
  }
  if (keep < copySize) await copy.truncate(keep);
  return keep;
}

/** The whole of the source, on the disk and never to be written again. */
export async function finishCopy(source: FileHandle, copy: FileHandle, synced: () => void): Promise<void> {
  await copyOn(source, copy, await agree(source, copy), (await source.stat()).size);
  synced();
  await copy.chmod(STORED);
  await copy.sync();
}

/** How many of their first `size` bytes are the same. */
async function sameBytes(one: FileHandle, other: FileHandle, size: number): Promise<number> {
  const [mine, its] = [Buffer.allocUnsafe(Math.min(CHUNK, size)), Buffer.allocUnsafe(Math.min(CHUNK, size))];
  for (let at = 0; at < size; ) {
    const wanted = Math.min(CHUNK, size - at);
    const [a, b] = await Promise.all([one.read(mine, 0, wanted, at), other.read(its, 0, wanted, at)]);
    const read = Math.min(a.bytesRead, b.bytesRead);
    if (read === 0) return at;
    if (!mine.subarray(0, read).equals(its.subarray(0, read))) {
      for (let place = 0; ; place += 1) if (mine[place] !== its[place]) return at + place;
    }
    at += read;
  }
  return size;
}
