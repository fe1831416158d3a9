import { useEffect, useMemo, useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { denied } from '#/domain/denied.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useNow } from '../../loading.js';
import { openWatch, STEP } from '../../open-watch.js';
import { createStore, useStore } from '../../store.js';
import { ActDialog } from '../live/act-dialog.js';
import { actBriefs, sessionActs } from '../live/session-acts.js';
import { hasKeyboard, notYetWatching, watchReducer } from './watch-state.js';
import { watchLines, watchRoom } from './watch-view.js';

/** Milliseconds: often enough when nothing happens in the session. */
const CLOCK = 5000;
/** Nothing of it is left to be done when the session is over. */
const OF_WHAT_RUNS = ['watch.control', 'session.suspend', 'session.message', 'session.end'] as const;

/** A running session of somebody else, looked at. The picture is drawn from cells: never a byte of the session. */
export function WatchScreen({ session }: { readonly session: SessionRow }) {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  const theme = useTheme();
  // how long it runs is told with each picture: a clock of seconds would cost as much as they do
  useNow(portal.clock, CLOCK);
  const now = portal.clock.now();
  const store = useMemo(() => createStore(watchReducer, notYetWatching), []);
  const state = useStore(store);
  const [dialog, setDialog] = useState<'end' | 'suspend' | 'message' | null>(null);
  const typing = hasKeyboard(state);
  const acts = sessionActs({ portal, services, open: (_session, kind) => setDialog(kind) });
  const latest: SessionRow = { ...session, suspendedBy: state.overseen?.suspended?.by ?? null };
  const { columns, rows } = watchRoom(room);
  const watch = useMemo(
    () => openWatch({ session, services, portal, store }),
    [session, services, portal, store],
  );
  useEffect(() => {
    watch.show({ columns, rows });
  }, [watch, columns, rows]);
  useEffect(() => () => watch.close(), [watch]);
  useKeys(
    'watch',
    {
      'watch.leave': () => portal.state.dispatch({ type: 'back' }),
      'session.replay': () =>
        portal.state.dispatch({ type: 'go', route: { screen: 'replay', recording: session } }),
      'session.end': () => acts.end(session),
      'session.suspend': () => acts.suspend(latest),
      'session.message': () => acts.message(session),
      'watch.control': () =>
        session.mayControl
          ? watch.takeOver()
          : portal.failed(denied('to take it over takes a group in liveGroups.control', 'group')),
      'watch.follow': () => watch.scroll({ columns: 0, rows: 0 }),
      'watch.up': () => watch.scroll({ columns: 0, rows: -STEP.rows }),
      'watch.down': () => watch.scroll({ columns: 0, rows: STEP.rows }),
      'watch.left': () => watch.scroll({ columns: -STEP.columns, rows: 0 }),
      'watch.right': () => watch.scroll({ columns: STEP.columns, rows: 0 }),
    },
    {
      active: dialog === null && !typing,
      without: state.ending === null ? [] : OF_WHAT_RUNS,
      briefs: actBriefs(latest),
    },
  );
  // typed bytes do not come here: this is what the line at the bottom says
  useKeys('control', { 'control.handBack': () => undefined }, { active: typing });
  if (dialog !== null && !typing)
    return <ActDialog kind={dialog} session={session} onClose={() => setDialog(null)} />;
  return <Lines lines={watchLines(state, session, now, room, theme)} />;
}
