import { SEGMENT } from '#/recorder/tape-format.js';
import type { TapeIndex } from '../tape-index.js';

/** A part that a browser loads at once: from a keyframe (or the beginning, null) to the next part. Milliseconds. */
export interface WebPart {
  readonly start: number;
  readonly end: number;
  readonly keyframe: number | null;
}

/** A part is not shorter, or an idle prompt with a clock would be thousands of them. */
const SHORTEST = 2000;

/** Where a browser may begin to play: at the keyframes, without those that are close to the one before. */
export function webParts({ segments }: Pick<TapeIndex, 'segments'>, durationMs: number): readonly WebPart[] {
  const starts: { readonly start: number; readonly keyframe: number | null }[] = [
    { start: 0, keyframe: null },
  ];
  let last = 0;
  for (const { type, first, number } of segments) {
    if (type !== SEGMENT.keyframe || first - last < SHORTEST || first >= durationMs) continue;
    starts.push({ start: first, keyframe: number });
    last = first;
  }
  return starts.map((one, at) => ({ ...one, end: starts[at + 1]?.start ?? durationMs }));
}
