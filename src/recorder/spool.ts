import { watch } from 'node:fs';
import { type SpoolOptions, spoolRound } from './spool-round.js';

export interface RunningSpool {
  /** Resolves when the round that runs is over. */
  stop(): Promise<void>;
}

const EVERY = 2000;
const SOON = 200;
/** With so many tapes one look costs more, and there is always one that grew. */
const MANY = 40;
const LATER = 700;

/** Watches the spool: at once, when something changes, and every two seconds. */
export function watchSpool(options: SpoolOptions): RunningSpool {
  const round = spoolRound(options);
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let due = Infinity;
  let soon = SOON;
  const plan = (wait: number): void => {
    const at = performance.now() + wait;
    if (stopped || at >= due) return;
    if (timer !== null) clearTimeout(timer);
    due = at;
    timer = setTimeout(run, wait);
  };
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    due = Infinity;
    running = running
      .then(round)
      .then((tapes) => void (soon = tapes > MANY ? LATER : SOON))
      .catch((error: unknown) =>
        options.log('a round through the spool failed', {
          error: error instanceof Error ? error.message : 'unknown',
        }),
      )
      .then(() => plan(EVERY));
  };
  const watcher = watch(options.spool, () => plan(soon));
  watcher.on('error', () => undefined);
  run();
  return {
    stop: async () => {
      stopped = true;
      watcher.close();
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}
