import type { Writable } from 'node:stream';
import { encodeFrame, type FrameKind, frameHead } from './frame.js';

/** Shorter ones are cheaper to copy than to hand over apart. */
const WORTH_IT = 4096;
/** Bytes that may wait for one turn's write. */
const MOST_WAITING = 256 * 1024;

/** Writes a frame without copying what it carries, which is not to change until it is written. False: wait for `drain`. */
export function writeFrame(to: Writable, kind: FrameKind, payload: Uint8Array): boolean {
  if (payload.length < WORTH_IT) return to.write(encodeFrame(kind, payload));
  to.cork();
  to.write(frameHead(kind, payload.length));
  to.write(payload);
  to.uncork();
  // what is left of it: what `write` said was of the moment before it went out
  return to.writableLength < to.writableHighWaterMark;
}

/** Lets all that `write` writes go out together, at the end of the turn. False: wait for `drain`. */
export function turnWriter(to: Writable): (write: () => void) => boolean {
  let corked = false;
  return (write) => {
    if (!corked) {
      corked = true;
      to.cork();
      process.nextTick(() => {
        corked = false;
        to.uncork();
      });
    }
    write();
    return to.writableLength < MOST_WAITING;
  };
}
