import { useEffect, useMemo, useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useNow } from '../../loading.js';
import { openWatch, STEP } from '../../open-watch.js';
import { createStore, useStore } from '../../store.js';
import { EndDialog } from '../live/end-dialog.js';
import { notYetWatching, watchReducer } from './watch-state.js';
import { watchLines, watchRoom } from './watch-view.js';

/** A running session of somebody else, looked at. The picture is drawn from cells: never a byte of the session. */
export function WatchScreen({ session }: { readonly session: SessionRow }) {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  const theme = useTheme();
  const now = useNow(portal.clock, 1000);
  const store = useMemo(() => createStore(watchReducer, notYetWatching), []);
  const state = useStore(store);
  const [ending, setEnding] = useState(false);
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
      'session.end': () =>
        session.mayEnd
          ? setEnding(true)
          : portal.failed(
              failure('DENIED', 'only its owner and PSMLiveSessionTerminators may end this session'),
            ),
      'watch.follow': () => watch.scroll({ columns: 0, rows: 0 }),
      'watch.up': () => watch.scroll({ columns: 0, rows: -STEP.rows }),
      'watch.down': () => watch.scroll({ columns: 0, rows: STEP.rows }),
      'watch.left': () => watch.scroll({ columns: -STEP.columns, rows: 0 }),
      'watch.right': () => watch.scroll({ columns: STEP.columns, rows: 0 }),
    },
    { active: !ending },
  );
  if (ending) return <EndDialog session={session} onClose={() => setEnding(false)} />;
  return <Lines lines={watchLines(state, session, now, room, theme)} />;
}
