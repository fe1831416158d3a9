import { useRef, useState } from 'react';
import type { DirectoryRow } from '#/contract/directory-rows.js';
import { done } from '#/domain/outcome.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { mapDetails, mapHeads, mapItems, mapLine, mapSummary } from './maps-view.js';

/** What people of directories get: ordered rules, for whoever says so. */
export function MapsScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const list = memory.maps;
  const state = useStore(list);
  const [directories, setDirectories] = useState<readonly DirectoryRow[]>([]);
  const refresh = useLoadedList(list, async () => {
    const rows = await services.directories();
    if (!rows.ok) return rows;
    setDirectories(rows.value);
    return done(mapItems(rows.value));
  });
  const top = useRef(0);
  const names = directories.map(({ name }) => name);
  const go = (screen: 'addMap' | 'askTrial'): void =>
    names.length > 0
      ? portal.dispatch({ type: 'go', route: { screen, directories: names } })
      : portal.dispatch({
          type: 'notice',
          notice: { tone: 'warning', text: 'There is no directory: postern directory add, at the console.' },
        });
  useKeys(
    'maps',
    {
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'map.add': () => go('addMap'),
      'map.try': () => go('askTrial'),
      'map.manage': () => {
        const map = selectedItem(list.now());
        if (map !== null) portal.dispatch({ type: 'go', route: { screen: 'manageMap', map } });
      },
      'list.refresh': refresh,
    },
    { text: (text) => list.dispatch({ type: 'text', text }) },
  );
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: 'what people of directories get, type to find',
    heads: mapHeads,
    row: (item, columns) => mapLine(item, columns, sign),
    nothing: 'There are no maps: nobody of a directory can log in.',
    details: mapDetails,
    summary: mapSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
