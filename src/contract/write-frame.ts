import type { Writable } from 'node:stream';
import { encodeFrame, type FrameKind, frameHead } from './frame.js';

/** Shorter ones are cheaper to copy than to hand over apart. */
const WORTH_IT = 4096;

/** Writes a frame without copying what it carries, which is not to change until it is written. False: wait for `drain`. */
export function writeFrame(to: Writable, kind: FrameKind, payload: Uint8Array): boolean {
  if (payload.length < WORTH_IT) return to.write(encodeFrame(kind, payload));
  to.cork();
  to.write(frameHead(kind, payload.length));
  const room = to.write(payload);
  to.uncork();
  return room;
}
