import { createHash } from 'node:crypto';
import type { Readable } from './tape-scan.js';

/** Most tapes are small, and a large buffer for each keeps the garbage collector busy: the second read is a large one. */
const FIRST = 64 * 1024;
const CHUNK = 1024 * 1024;

/** Hex SHA-256 of all bytes from a place on, and how many there are. */
export async function digestOf(
  file: Readable,
  from = 0,
): Promise<{ readonly digest: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  let chunk = Buffer.allocUnsafe(FIRST);
  let bytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, chunk.length, from + bytes);
    if (bytesRead === 0) return { digest: hash.digest('hex'), bytes };
    hash.update(chunk.subarray(0, bytesRead));
    bytes += bytesRead;
    if (bytesRead === FIRST) chunk = Buffer.allocUnsafe(CHUNK);
  }
}
