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
/** There are screens that nothing can draw, for a moment: then it is tried again after so much, each time twice as much. */
const SOON = { bytes: 2 * 1024, ms: 100 } as const;

export function startKeyframes(tape: OpenTape, screen: Screen): Keyframes {
  let bytesSince = 0;
  let takenAt = 0;
  let latest = 0;
  let underWay = false;
  let wanted = false;
  let wait: { readonly bytes: number; readonly ms: number } = { bytes: BYTES, ms: EVERY };
  return { shown, take };

  function shown(bytes: number, at: number): void {
    bytesSince += bytes;
    latest = at;
    if (bytesSince >= wait.bytes || at - takenAt >= wait.ms) take(at);
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
      if (shot?.exact === true) {
        const { columns, rows, held } = shot;
        tape.keyframe({ at, columns, rows, screen: shot.screen, outputBytes: outputBytes - held.length });
      }
      wait = shot?.exact === false ? sooner() : { bytes: BYTES, ms: EVERY };
      if (wanted) take(latest);
    });
  }
  function sooner(): typeof wait {
    const first = wait.bytes === BYTES && wait.ms === EVERY;
    const next = first ? SOON : { bytes: 2 * wait.bytes, ms: 2 * wait.ms };
    return { bytes: Math.min(next.bytes, BYTES), ms: Math.min(next.ms, EVERY) };
  }
}
