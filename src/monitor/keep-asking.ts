import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';

/** Milliseconds between two questions whether a viewer may still see what he sees. */
const LOOK_AGAIN = 1000;
/** A vault that restarts does not say no; when it is away for longer than this, nobody knows who may see anything. */
const VAULT_PATIENCE = 10_000;

export interface Asking {
  readonly ask: () => Promise<Outcome<unknown>>;
  readonly over: (why: Failure) => void;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
}

/** A right that is taken away, and a recording that is deleted, end what is shown. The result stops it. */
export function keepAsking({ ask, over, clock }: Asking): () => void {
  let asking = false;
  let stopped = false;
  let answeredAt = clock();
  const look = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const said = await ask();
    asking = false;
    if (stopped) return;
    if (said.ok) answeredAt = clock();
    else if (said.failure.code !== 'VAULT_UNAVAILABLE' || clock() - answeredAt > VAULT_PATIENCE)
      over(said.failure);
  };
  const timer = setInterval(() => void look(), LOOK_AGAIN);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
