import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';

/** A right that was taken away is over within two seconds. */
const EVERY = 1000;
/** Milliseconds without an answer of the vault after which nobody goes on. */
const VAULT_PATIENCE = 10_000;

/** Asks the vault again and again whether something may go on; when it is away for long, nothing may. The result stops it. */
export function askAgain({
  ask,
  over,
  now,
}: {
  readonly ask: () => Promise<Outcome<unknown>>;
  readonly over: (because: Failure) => void;
  readonly now: () => number;
}): () => void {
  let answeredAt = now();
  let asking = false;
  let stopped = false;
  const round = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    const answer = await ask();
    asking = false;
    if (stopped) return;
    if (answer.ok) answeredAt = now();
    else if (answer.failure.code !== 'VAULT_UNAVAILABLE' || now() - answeredAt > VAULT_PATIENCE)
      over(answer.failure);
  };
  const timer = setInterval(() => void round(), EVERY);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}
