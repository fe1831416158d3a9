import type { ConnectingAction } from './screens/connecting/connecting-state.js';

type Stage = Extract<ConnectingAction, { type: 'stage' }>;

/** Stages on their way to the screen. */
export interface GatheredStages {
  readonly add: (stage: Stage) => void;
  /** Shows what has come so far, now. */
  readonly flush: () => void;
}

/** Faster than anybody reads. */
const EVERY = 100;

/**
 * Two dozen words about stages come within the time that a session takes to open. Drawing after each would keep busy the very
 * process that opens it, so they are shown together, ten times a second.
 */
export function gatherStages(show: (stages: readonly Stage[]) => void): GatheredStages {
  let gathered: Stage[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (gathered.length === 0) return;
    const all = gathered;
    gathered = [];
    show(all);
  };
  return {
    add(stage) {
      gathered.push(stage);
      timer ??= setTimeout(flush, EVERY);
    },
    flush,
  };
}
