import type { Clock } from './context.js';
import type { PortalAction, PortalState } from './portal-state.js';
import { here } from './route.js';
import type { PortalServices } from './services.js';
import type { Store } from './store.js';

/** The portal asks again this often while it cannot be opened. */
const RETRY = 2000;

/**
 * Opens the portal (its configuration, as PVWAApp), again and again while the vault does not answer, and while nobody is
 * logged in: a portal that closes says so on its login screen. The result stops it.
 */
export function keepAsking(
  services: PortalServices,
  state: Store<PortalState, PortalAction>,
  clock: Clock,
): () => void {
  let asking = false;
  const ask = async (): Promise<void> => {
    const { configuration, closedWhy, stack } = state.now();
    const open = configuration !== null && closedWhy === null;
    if (asking || (open && here(stack).screen !== 'login')) return;
    asking = true;
    const outcome = await services.configuration();
    asking = false;
    if (outcome.ok) state.dispatch({ type: 'opened', configuration: outcome.value });
    else state.dispatch({ type: 'closed', failure: outcome.failure });
  };
  void ask();
  return clock.every(RETRY, () => void ask());
}
