import { useRef } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { safeDetails, safeHeads, safeLine, safeSummary } from './safes-view.js';

/** The safes that one is a member of, and what one may do there. */
export function SafesScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const { person } = useStore(portal);
  const list = memory.safes;
  const state = useStore(list);
  const refresh = useLoadedList(list, () => services.safes());
  const top = useRef(0);
  const open = (where: 'members' | 'audit'): void => {
    const safe = selectedItem(list.now());
    if (safe === null) return;
    portal.dispatch({
      type: 'go',
      route: where === 'members' ? { screen: 'members', safe } : { screen: 'audit', safe: safe.name },
    });
  };
  useKeys(
    'safes',
    {
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'safe.members': () => open('members'),
      'safe.audit': () => open('audit'),
      'safe.add': () =>
        person?.rights.includes('addSafes') === true
          ? portal.dispatch({ type: 'go', route: { screen: 'addSafe' } })
          : portal.dispatch({
              type: 'notice',
              notice: { tone: 'warning', text: 'You may not make safes: the right addSafes is missing.' },
            }),
      'safe.manage': () => {
        const safe = selectedItem(list.now());
        if (safe !== null) portal.dispatch({ type: 'go', route: { screen: 'manageSafe', safe } });
      },
      'maps.open': () => portal.dispatch({ type: 'go', route: { screen: 'maps' } }),
      'audit.all': () => portal.dispatch({ type: 'go', route: { screen: 'audit', safe: null } }),
      'list.refresh': refresh,
    },
    {
      text: (text) => list.dispatch({ type: 'text', text }),
      without: [
        ...(person?.rights.includes('auditUsers') === true ? [] : (['audit.all'] as const)),
        ...(person?.rights.includes('manageDirectoryMapping') === true ? [] : (['maps.open'] as const)),
      ],
    },
  );
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: 'type to find a safe',
    heads: safeHeads,
    row: (item, columns) => safeLine(item, columns, sign),
    nothing: 'You are a member of no safe.',
    details: safeDetails,
    summary: safeSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
