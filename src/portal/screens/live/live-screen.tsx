import { useRef, useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { EndDialog } from './end-dialog.js';
import { liveDetails, liveHeads, liveLine, liveSummary } from './live-view.js';

/** The live list shows a session within two seconds. */
const EVERY = 1500;

export function LiveScreen() {
  const { memory, state: portal, clock, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const state = useStore(memory.live);
  const refresh = useLoadedList(memory.live, () => services.sessions(), EVERY);
  const top = useRef(0);
  const [ending, setEnding] = useState<SessionRow | null>(null);

  const attach = (): void => {
    const session = selectedItem(memory.live.now());
    if (session === null) return;
    if (session.mine)
      portal.dispatch({ type: 'go', route: { screen: 'connecting', wish: { kind: 'reattach', session } } });
    else if (session.mayWatch) portal.dispatch({ type: 'go', route: { screen: 'watch', session } });
    else
      failed(failure('DENIED', 'to watch it takes Auditors, or listAccounts and viewAuditLog on its safes'));
  };
  const askEnd = (): void => {
    const session = selectedItem(memory.live.now());
    if (session === null) return;
    if (session.mine || session.mayEnd) setEnding(session);
    else failed(failure('DENIED', 'only its owner and PSMLiveSessionTerminators may end this session'));
  };
  useKeys(
    'live',
    {
      ...listHandlers(memory.live, listHeight(room), () =>
        portal.dispatch({ type: 'go', route: { screen: 'leave' } }),
      ),
      'session.attach': attach,
      'session.end': askEnd,
      'list.refresh': refresh,
    },
    { text: (text) => memory.live.dispatch({ type: 'text', text }), active: ending === null },
  );
  if (ending !== null) {
    return (
      <EndDialog
        session={ending}
        onClose={() => {
          setEnding(null);
          refresh();
        }}
      />
    );
  }
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: 'type to find a session',
    heads: liveHeads,
    row: (item, columns) => liveLine(item, columns, clock.now(), sign),
    nothing: 'No session is running that you may see.',
    details: liveDetails,
    summary: (item) => liveSummary(item, sign),
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
