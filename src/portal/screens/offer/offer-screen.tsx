import { useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { offerLines } from './offer-view.js';

/** After login: sessions of one's own that wait for a terminal. */
export function OfferScreen({ sessions }: { readonly sessions: readonly SessionRow[] }) {
  const { state: portal, clock } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const [marked, setMarked] = useState(0);
  const count = sessions.length + 1;
  useKeys('offer', {
    'choice.take': () => {
      const session = sessions[marked];
      if (session === undefined) portal.dispatch({ type: 'back' });
      else
        portal.dispatch({
          type: 'replace',
          route: { screen: 'connecting', wish: { kind: 'reattach', session } },
        });
    },
    'choice.up': () => setMarked((place) => (place + count - 1) % count),
    'choice.down': () => setMarked((place) => (place + 1) % count),
    'choice.cancel': () => portal.dispatch({ type: 'back' }),
  });
  return <Lines lines={offerLines(sessions, marked, clock.now(), room, sign)} />;
}
