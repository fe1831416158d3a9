import { useEffect, useRef } from 'react';
import { parseRecordingFilter } from '#/domain/recording-filter.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { ReplayHandle } from '../../services.js';
import { useStore } from '../../store.js';
import { isEnough, opensHit } from './search-state.js';
import { hitsHeight, searchLines } from './search-view.js';

/** Looks for text in the recordings that fit what was typed in their list. */
export function SearchScreen({ among }: { readonly among: string }) {
  const portal = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const store = portal.memory.search;
  const state = useStore(store);
  const running = useRef<ReplayHandle | null>(null);
  const top = useRef(0);
  useEffect(() => () => running.current?.close(), []);
  const page = hitsHeight(room);
  const move = (by: number) => () => store.dispatch({ type: 'move', by });
  const begin = (): void => {
    const { text } = store.now();
    if (!isEnough(text)) return;
    running.current?.close();
    store.dispatch({ type: 'begin' });
    const { filter } = parseRecordingFilter(among, portal.clock.now());
    running.current = services.search(text.trim(), filter, (message) => {
      if (message.type === 'failed' && message.failure.code === 'NOT_LOGGED_IN')
        return portal.failed(message.failure);
      store.dispatch({ type: 'heard', message });
    });
  };
  const enter = (): void => {
    const now = store.now();
    const hit = now.hits[now.selected];
    if (!opensHit(now) || hit === undefined) return begin();
    portal.state.dispatch({
      type: 'go',
      route: { screen: 'replay', recording: hit.recording, at: hit.at },
    });
  };
  useKeys(
    'search',
    {
      'search.enter': enter,
      'move.up': move(-1),
      'move.down': move(1),
      'move.pageUp': move(-page),
      'move.pageDown': move(page),
      'move.first': move(-Number.MAX_SAFE_INTEGER),
      'move.last': move(Number.MAX_SAFE_INTEGER),
      'text.erase': () => store.dispatch({ type: 'erase' }),
      'text.eraseWord': () => store.dispatch({ type: 'eraseWord' }),
      'text.clear': () => store.dispatch({ type: 'clear' }),
      'search.leave': () => {
        store.dispatch({ type: 'forget' });
        portal.state.dispatch({ type: 'back' });
      },
    },
    { text: (text) => store.dispatch({ type: 'text', text }) },
  );
  const view = searchLines(state, among, { room, top: top.current, now: portal.clock.now(), sign });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
