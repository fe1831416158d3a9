import { activityLine } from '#/domain/activity.js';
import type { OpenTape } from '#/recorder/tape.js';

/** What the list of running sessions says of a recording, as it grows. */
export interface TapeFacts {
  /** Bytes of input and output that were recorded. */
  readonly bytes: number;
  /** The last that was done, as far as it could be told. */
  readonly lastActivity: string | null;
}

const LONGEST = 1000;

/** The same tape, with somebody who counts what goes on it. */
export function countedTape(tape: OpenTape): { readonly tape: OpenTape; readonly facts: TapeFacts } {
  let bytes = 0;
  let lastActivity: string | null = null;
  return {
    facts: {
      get bytes() {
        return bytes;
      },
      get lastActivity() {
        return lastActivity;
      },
    },
    tape: {
      append(event) {
        if (event.kind === 'output' || event.kind === 'input') bytes += event.bytes.length;
        if (event.kind === 'activity') lastActivity = activityLine(event.activity).slice(0, LONGEST);
        tape.append(event);
      },
      keyframe: (frame) => tape.keyframe(frame),
      text: (lines) => tape.text(lines),
      get pending() {
        return tape.pending;
      },
      get outputBytes() {
        return tape.outputBytes;
      },
      get activities() {
        return tape.activities;
      },
      drained: () => tape.drained(),
      failed: tape.failed,
      written: tape.written,
      close: (ending) => tape.close(ending),
    },
  };
}
