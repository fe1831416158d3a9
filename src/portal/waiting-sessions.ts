import { useEffect } from 'react';
import type { Portal } from './context.js';
import { isInside } from './portal-state.js';
import type { PortalServices } from './services.js';
import { useStore } from './store.js';

/** Once after each login: are there sessions of one's own that lost their terminal? Then they are offered. */
export function useWaitingSessions({ state, after }: Portal, services: PortalServices): void {
  const inside = isInside(useStore(state));
  useEffect(() => {
    if (!inside) return;
    after(services.sessions(), (outcome) => {
      const waiting = outcome.ok ? outcome.value.filter((row) => row.mine && row.state === 'detached') : [];
      if (waiting.length > 0) state.dispatch({ type: 'waiting', sessions: waiting });
    });
  }, [inside, services, state, after]);
}
