import type { OpenTape } from '#/recorder/tape.js';
import type { Screen } from './screen/screens.js';

/** Puts the exact screen on the tape now and then, so that late viewers and seeks need not begin at the start. */
export interface Keyframes {
  /** So much output went to tape and model; `at` is its moment on the tape. */
  shown(bytes: number, at: number): void;
  /** One of this moment. */
  take(at: number): void;
}

const BYTES = 256 * 1024;
const EVERY = 10_000;

export function startKeyframes(tape: OpenTape, screen: Screen): Keyframes {
  let bytesSince = 0;
  let takenAt = 0;
  let latest = 0;
  let underWay = false;
  let wanted = false;
  return { shown, take };

  function shown(bytes: number, at: number): void {
    bytesSince += bytes;
    latest = at;
    if (bytesSince >= BYTES || at - takenAt >= EVERY) take(at);
  }
  /** In bulk output and storms of resizes one at a time, and the last one always. */
  function take(at: number): void {
    latest = at;
    wanted = underWay;
    if (underWay) return;
    underWay = true;
    bytesSince = 0;
    takenAt = at;
    const { outputBytes } = tape;
    void screen.snapshot().then((shot) => {
      underWay = false;
      if (shot !== null) {
        const { columns, rows, held } = shot;
        tape.keyframe({ at, columns, rows, screen: shot.screen, outputBytes: outputBytes - held.length });
      }
      if (wanted) take(latest);
    });
  }
}
