import { useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { NOT_CONNECTED } from '../../direct-end.js';
import { useKeys } from '../../keyboard.js';
import type { SessionWish } from '../../route.js';
import { offerLines } from './offer-view.js';

/** After login: sessions of one's own that wait for a terminal. */
export function OfferScreen({
  sessions,
  anew,
}: {
  readonly sessions: readonly SessionRow[];
  readonly anew: SessionWish | null;
}) {
  const { state: portal, clock, end } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const [marked, setMarked] = useState(0);
  const count = sessions.length + 1;
  const connect = (wish: SessionWish): void =>
    portal.dispatch({ type: 'replace', route: { screen: 'connecting', wish } });
  useKeys('offer', {
    'choice.take': () => {
      const session = sessions[marked];
      if (session !== undefined)
        connect({ kind: 'reattach', session, ...(anew === null ? {} : { direct: true }) });
      else if (anew !== null) connect(anew);
      else portal.dispatch({ type: 'back' });
    },
    'choice.up': () => setMarked((place) => (place + count - 1) % count),
    'choice.down': () => setMarked((place) => (place + 1) % count),
    'choice.cancel': () => (anew === null ? portal.dispatch({ type: 'back' }) : end(NOT_CONNECTED, null)),
  });
  return (
    <Lines
      lines={offerLines({
        sessions,
        marked,
        past: anew === null ? MENU : ANEW,
        now: clock.now(),
        room,
        sign,
      })}
    />
  );
}

/** The way past them. */
const MENU = 'Not now, go to the accounts';
const ANEW = 'Begin a new session';
