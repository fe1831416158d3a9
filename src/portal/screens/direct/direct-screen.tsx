import { useEffect } from 'react';
import type { AccountRow, SessionRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices } from '../../context.js';
import { NOT_CONNECTED } from '../../direct-end.js';
import { useKeys } from '../../keyboard.js';
import type { Route } from '../../route.js';
import { centered, span } from '../../view.js';

/** Where the person's user name leads: straight on to that account, or to the menu with the reason and what is near. */
export function DirectScreen() {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  useEffect(() => {
    let gone = false;
    const asked = Promise.all([services.destination(), services.sessions()]);
    portal.after(asked, ([found, sessions]) => {
      if (gone) return;
      if (!found.ok) {
        portal.state.dispatch({ type: 'show', tab: 'accounts', notice: null });
        return portal.failed(found.failure);
      }
      const destination = found.value;
      if (destination.kind === 'account')
        return portal.state.dispatch({
          type: 'replace',
          route: routeTo(destination.account, sessions.ok ? sessions.value : []),
        });
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

/** To the account, or first the question whether a session there that lost its terminal is meant. */
function routeTo(account: AccountRow, sessions: readonly SessionRow[]): Route {
  const wish = { kind: 'connect', account, direct: true } as const;
  const waiting = sessions.filter(
    (row) => row.mine && row.state === 'detached' && row.accountId === account.id,
  );
  return waiting.length === 0
    ? { screen: 'connecting', wish }
    : { screen: 'offer', sessions: waiting, anew: wish };
}
