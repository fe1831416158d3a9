import { failure } from '#/domain/failure.js';
import { done, failed, type Outcome } from '#/domain/outcome.js';

/** So long somebody waits for a second person. */
const PATIENCE = 10 * 60_000;

/** Until somebody came, the session was ended, or it took too long. */
export async function waitForCompany(came: Promise<void>, signal: AbortSignal): Promise<Outcome<null>> {
  const over = Promise.withResolvers<'over'>();
  const timer = setTimeout(() => over.resolve('over'), PATIENCE);
  signal.addEventListener('abort', () => over.resolve('over'), { once: true });
  const how = await Promise.race([came, over.promise]);
  clearTimeout(timer);
  if (signal.aborted) return failed(failure('SESSION_GONE'));
  return how === 'over' ? failed(failure('FOUR_EYES_NOBODY')) : done(null);
}
