import { useEffect } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { centered, span } from '../../view.js';

/** Where the person's user name leads: straight on to that account, or to the menu with the reason and what is near. */
export function DirectScreen() {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  useEffect(() => {
    let gone = false;
    portal.after(services.destination(), (found) => {
      if (gone) return;
      if (!found.ok) {
        portal.state.dispatch({ type: 'show', tab: 'accounts', notice: null });
        return portal.failed(found.failure);
      }
      const destination = found.value;
      if (destination.kind === 'account') {
        const wish = { kind: 'connect', account: destination.account, direct: true } as const;
        return portal.state.dispatch({ type: 'replace', route: { screen: 'connecting', wish } });
      }
      portal.memory.accounts.dispatch({ type: 'text', text: destination.filter });
      const notice = { tone: 'warning', text: destination.why } as const;
      portal.state.dispatch({ type: 'show', tab: 'accounts', notice });
    });
    return () => {
      gone = true;
    };
  }, [portal, services]);
  useKeys('connecting', { 'connecting.cancel': () => portal.end(NOT_CONNECTED, null) });
  return <Lines lines={centered([[span('Looking for your account…', 'quiet')]], room)} />;
}

/** What ssh itself ends with when there is no session. */
const NOT_CONNECTED = 255;
