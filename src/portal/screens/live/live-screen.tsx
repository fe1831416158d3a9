import { useRef, useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { type Briefs, useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { ActDialog } from './act-dialog.js';
import { nextSort } from './live-list.js';
import { liveDetails, liveHeads, liveLine, liveSummary } from './live-view.js';
import { type ActKind, actBriefs, sessionActs } from './session-acts.js';

/** The live list shows a session within two seconds. */
const EVERY = 1500;

/** To watch it, and to see it from its start, is one right. */
function liveBriefs(session: SessionRow): Briefs {
  const seen = session.mine || session.mayWatch;
  return { ...actBriefs(session), ...(seen ? {} : { 'session.attach': null, 'session.replay': null }) };
}

export function LiveScreen() {
  const { memory, state: portal, clock, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const state = useStore(memory.live);
  const refresh = useLoadedList(memory.live, () => services.sessions(), EVERY);
  const top = useRef(0);
  const [dialog, setDialog] = useState<{ readonly session: SessionRow; readonly kind: ActKind } | null>(null);
  const portalTools = usePortal();
  const acts = sessionActs({
    portal: portalTools,
    services,
    open: (session, kind) => setDialog({ session, kind }),
    done: () => refresh(),
  });

  const attach = (): void => {
    const session = selectedItem(memory.live.now());
    if (session === null) return;
    if (session.mine)
      portal.dispatch({ type: 'go', route: { screen: 'connecting', wish: { kind: 'reattach', session } } });
    else if (session.mayWatch) portal.dispatch({ type: 'go', route: { screen: 'watch', session } });
    else
      failed(failure('DENIED', 'to watch it takes Auditors, or listAccounts and viewAuditLog on its safes'));
  };
  const replay = (session: SessionRow): void => {
    if (session.mine || session.mayWatch)
      portal.dispatch({ type: 'go', route: { screen: 'replay', recording: session } });
    else
      failed(failure('DENIED', 'to watch it takes Auditors, or listAccounts and viewAuditLog on its safes'));
  };
  const chosen = selectedItem(state);
  const isOthers = chosen?.mine === false;
  const selected = (act: (session: SessionRow) => void) => (): void => {
    const session = selectedItem(memory.live.now());
    if (session !== null) act(session);
  };
  useKeys(
    'live',
    {
      ...listHandlers(memory.live, listHeight(room), () =>
        portal.dispatch({ type: 'go', route: { screen: 'leave' } }),
      ),
      'session.attach': attach,
      'session.replay': selected(replay),
      'session.end': selected((session) => acts.end(session)),
      'session.suspend': selected((session) => acts.suspend(session)),
      'session.message': selected((session) => acts.message(session)),
      'live.sort': () => memory.live.dispatch({ type: 'sort', sort: nextSort(memory.live.now().sort) }),
      'list.refresh': refresh,
    },
    {
      text: (text) => memory.live.dispatch({ type: 'text', text }),
      active: dialog === null,
      without: isOthers ? [] : ['session.suspend', 'session.message'],
      briefs: chosen === null ? {} : liveBriefs(chosen),
    },
  );
  if (dialog !== null) {
    return (
      <ActDialog
        {...dialog}
        onClose={() => {
          setDialog(null);
          refresh();
        }}
      />
    );
  }
  const now = clock.now();
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: `type to find a session, sorted by ${state.sort?.by ?? 'start'}`,
    heads: liveHeads,
    row: (item, columns) => liveLine(item, columns, now, sign),
    nothing: 'No session is running that you may see.',
    details: (item, columns) => liveDetails(item, columns, now),
    summary: (item) => liveSummary(item, now, sign),
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
