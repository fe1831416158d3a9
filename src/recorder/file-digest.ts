import { createHash, type Hash } from 'node:crypto';
import type { Readable } from './tape-scan.js';

/** Most tapes are small, and a large buffer for each keeps the garbage collector busy: the second read is a large one. */
const FIRST = 64 * 1024;
const CHUNK = 1024 * 1024;

export interface FileDigest {
  /** Hex SHA-256. */
  readonly digest: string;
  readonly bytes: number;
}

/** The same file, hashed as somebody reads it from front to back. `digest` reads what he has left. */
export function hashedFile(file: Readable): Readable & { readonly digest: () => Promise<FileDigest> } {
  const hash = createHash('sha256');
  let bytes = 0;
  let ended = false;
  return {
    async read(buffer, offset, length, position) {
      const got = await file.read(buffer, offset, length, position);
      if (position !== bytes) return got;
      hash.update(buffer.subarray(offset, offset + got.bytesRead));
      bytes += got.bytesRead;
      ended = got.bytesRead === 0;
      return got;
    },
    digest: async () => (ended ? { digest: hash.digest('hex'), bytes } : await hashRest(file, hash, bytes)),
  };
}

/** Of all bytes from a place on. */
export async function digestOf(file: Readable, from = 0): Promise<FileDigest> {
  const { digest, bytes } = await hashRest(file, createHash('sha256'), from);
  return { digest, bytes: bytes - from };
}

/** `from`: up to there it is in the hash, or not to be. */
async function hashRest(file: Readable, hash: Hash, from: number): Promise<FileDigest> {
  let chunk = Buffer.allocUnsafe(FIRST);
  let bytes = from;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, bytes);
    if (bytesRead === 0) return { digest: hash.digest('hex'), bytes };
    hash.update(chunk.subarray(0, bytesRead));
    bytes += bytesRead;
    if (bytesRead === FIRST) chunk = Buffer.allocUnsafe(CHUNK);
  }
}
