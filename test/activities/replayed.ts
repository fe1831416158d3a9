import type { Observer } from '#/activities/observer.js';
import type { Activity } from '#/domain/activity.js';
import type { Piece } from './tee.ts';

/** What an observer tells of a capture, each piece cut again into parts of the sizes given, in turn. */
export function replayed(
  observer: Observer,
  pieces: readonly Piece[],
  sizes: readonly number[] = [],
): Activity[] {
  const told: Activity[] = [];
  let turn = 0;
  for (const { to, bytes } of pieces) {
    for (let at = 0; at < bytes.length; ) {
      const size = sizes.length === 0 ? bytes.length : (sizes[turn++ % sizes.length] ?? 1);
      // a copy of its own, overwritten at once: nobody may keep a view of it
      const part = Buffer.from(bytes.subarray(at, at + size));
      told.push(...(to === 'target' ? observer.toTarget(part) : observer.fromTarget(part)));
      part.fill(0);
      at += size;
    }
  }
  return [...told, ...observer.end()];
}
