import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

export type OpenedFile =
  | { readonly kind: 'file'; readonly handle: FileHandle; readonly bytes: number }
  | { readonly kind: 'foreign'; readonly why: string }
  | { readonly kind: 'absent' };

/**
 * Opens a file that somebody else made, for reading: a regular one with one name. A symbolic or hard link would have us
 * read a file that its maker may not read; a pipe would have us wait for ever.
 */
export async function openTapeFile(path: string | Buffer): Promise<OpenedFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { kind: 'absent' };
    if (code === 'ELOOP' || code === 'ENXIO') return { kind: 'foreign', why: 'it is not a regular file' };
    throw error;
  }
  const found = await handle.stat();
  const why = !found.isFile() ? 'it is not a regular file' : found.nlink > 1 ? 'it has a second name' : null;
  if (why === null) return { kind: 'file', handle, bytes: found.size };
  await handle.close();
  return { kind: 'foreign', why };
}
