import type { Stroke } from './strokes.js';

export interface StrokeQueue {
  add(strokes: readonly Stroke[]): void;
  /** What was typed ahead is for the screens, not for a session. */
  clear(): void;
}

/** More than anybody types ahead. */
const MOST = 1000;

/**
 * Gives strokes to the screens one after the other, with time between them for a screen to change: what is typed after
 * Enter is for the screen that Enter opens.
 */
export function createStrokeQueue(
  press: (stroke: Stroke) => void,
  onError: (error: unknown) => void,
): StrokeQueue {
  let waiting: Stroke[] = [];
  let running = false;
  const next = (): void => {
    const stroke = waiting.shift();
    if (stroke === undefined) {
      running = false;
      return;
    }
    try {
      press(stroke);
    } catch (error) {
      onError(error);
    }
    setImmediate(next);
  };
  return {
    add(strokes) {
      waiting.push(...strokes.slice(0, Math.max(0, MOST - waiting.length)));
      if (running) return;
      running = true;
      next();
    },
    clear() {
      waiting = [];
    },
  };
}
