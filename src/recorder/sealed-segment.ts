import { createCipheriv, createDecipheriv } from 'node:crypto';
import { encodeSegmentHead, SEGMENT_HEAD, type SegmentHead, TAG_BYTES } from './tape-format.js';

const CIPHER = 'aes-256-gcm';

/** What a segment is bound to, beside its own head: its recording, and all that was before it. */
export interface SegmentPlace {
  readonly recordingId: string;
  readonly previous: Buffer;
}

/** Segments of text are opened without all that was before them: they are bound to their recording, number and time alone. */
export const NOTHING_BEFORE: Buffer = Buffer.alloc(32);

/** A whole segment as it stands in the file. The key is used for this one segment only. */
export function sealSegment(key: Buffer, head: SegmentHead, place: SegmentPlace, compressed: Buffer): Buffer {
  const plain = encodeSegmentHead(head, compressed.length + TAG_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce(head.number), { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(plain, place));
  return Buffer.concat([plain, cipher.update(compressed), cipher.final(), cipher.getAuthTag()]);
}

/** The compressed payload; null when a bit of the segment, its place or its order is not what was sealed. */
export function openSegment(
  key: Buffer,
  number: number,
  place: SegmentPlace,
  segment: Buffer,
): Buffer | null {
  if (segment.length < SEGMENT_HEAD + TAG_BYTES) return null;
  const plain = segment.subarray(0, SEGMENT_HEAD);
  const decipher = createDecipheriv(CIPHER, key, nonce(number), { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(plain, place));
  decipher.setAuthTag(segment.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(segment.subarray(SEGMENT_HEAD, -TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}

function nonce(number: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(number, 8);
  return bytes;
}

/** Recording id, a zero byte, the segment's head, the chain's head before it. */
function boundTo(plain: Buffer, place: SegmentPlace): Buffer {
  return Buffer.concat([Buffer.from(`${place.recordingId}\0`, 'utf8'), plain, place.previous]);
}
