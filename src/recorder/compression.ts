import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { LIMITS } from './tape-format.js';

const compressing = promisify(zstdCompress);
const decompressing = promisify(zstdDecompress);

/** Level 1: on terminal output it is faster than level 3 and hardly larger (1 MiB in 4 ms, to a third). */
const PARAMETERS = { [constants.ZSTD_c_compressionLevel]: 1 };

const SMALLEST = 4 * 1024;
const LARGEST = 256 * 1024;

/** Up to so many bytes the way to the thread pool and back takes longer than the work (20 µs). */
const AT_ONCE = 16 * 1024;

/** Runs in the thread pool when there is much to do. */
export async function compress(payload: Buffer): Promise<Buffer> {
  // told how much comes, it takes no more memory than that needs; and it gives its result in few pieces
  const chunkSize = Math.min(Math.max(payload.length >> 1, SMALLEST), LARGEST);
  const options = { params: PARAMETERS, pledgedSrcSize: payload.length, chunkSize };
  return payload.length <= AT_ONCE ? zstdCompressSync(payload, options) : await compressing(payload, options);
}

/** Null: no zstd, or it would grow over the limit of a payload. */
export async function decompress(compressed: Buffer): Promise<Buffer | null> {
  try {
    return await decompressing(compressed, { maxOutputLength: LIMITS.payload });
  } catch {
    return null;
  }
}
