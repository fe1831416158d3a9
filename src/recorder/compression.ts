import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { LIMITS } from './tape-format.js';

const compressing = promisify(zstdCompress);
const decompressing = promisify(zstdDecompress);

/** Level 1: on terminal output it is faster than level 3 and hardly larger (1 MiB in 4 ms, to a third). */
const PARAMETERS = { [constants.ZSTD_c_compressionLevel]: 1 };

const SMALLEST = 4 * 1024;
const LARGEST = 256 * 1024;

/** Shorter ones hardly become smaller, and cost the making of a compressor as any other. */
const WORTH_IT = 256;
/** Up to so many bytes the way to the thread pool and back takes longer than the work (20 µs). */
const AT_ONCE = 16 * 1024;

/** Runs in the thread pool when there is much to do. */
export async function compress(payload: Buffer): Promise<Buffer> {
  if (payload.length < WORTH_IT) return asItIs(payload);
  // told how much comes, it takes no more memory than that needs; and it gives its result in few pieces
  const chunkSize = Math.min(Math.max(payload.length >> 1, SMALLEST), LARGEST);
  const options = { params: PARAMETERS, pledgedSrcSize: payload.length, chunkSize };
  return payload.length <= AT_ONCE ? zstdCompressSync(payload, options) : await compressing(payload, options);
}

/**
 * A zstd frame (RFC 8878) that holds fewer than 256 bytes as they are: magic number, a descriptor that says "one segment, its size
 * in one byte", that byte, and one raw block, the last, with its size from the fourth bit on.
 */
function asItIs(payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(9 + payload.length);
  frame.writeUInt32LE(0xfd2f_b528, 0);
  frame.writeUInt8(0x20, 4);
  frame.writeUInt8(payload.length, 5);
  frame.writeUIntLE((payload.length << 3) | 1, 6, 3);
  payload.copy(frame, 9);
  return frame;
}

/** Null: no zstd, or it would grow over the limit of a payload. */
export async function decompress(compressed: Buffer): Promise<Buffer | null> {
  try {
    return await decompressing(compressed, { maxOutputLength: LIMITS.payload });
  } catch {
    return null;
  }
}
