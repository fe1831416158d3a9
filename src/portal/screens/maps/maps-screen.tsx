import { useState } from 'react';
import type { DirectoryRow } from '#/contract/directory-rows.js';
import { done } from '#/domain/outcome.js';
import { usePortal, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { useListScreen } from '../list-screen.js';
import { mapDetails, mapHeads, mapItems, mapLine, mapSummary } from './maps-view.js';

/** What people of directories get: ordered rules, for whoever says so. */
export function MapsScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const list = memory.maps;
  const [directories, setDirectories] = useState<readonly DirectoryRow[]>([]);
  const { draw, keys, text } = useListScreen(list, async () => {
    const rows = await services.directories();
    if (!rows.ok) return rows;
    setDirectories(rows.value);
    return done(mapItems(rows.value));
  });
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
      ...keys,
      'map.add': () => go('addMap'),
      'map.try': () => go('askTrial'),
      'map.manage': () => {
        const map = selectedItem(list.now());
        if (map !== null) portal.dispatch({ type: 'go', route: { screen: 'manageMap', map } });
      },
    },
    { text },
  );
  return draw((sign) => ({
    prompt: 'what people of directories get, type to find',
    heads: mapHeads,
    row: (item, columns) => mapLine(item, columns, sign),
    nothing: 'There are no maps: nobody of a directory can log in.',
    details: mapDetails,
    summary: mapSummary,
  }));
}
