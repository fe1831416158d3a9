import { usePortal, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { useStore } from '../../store.js';
import { useListScreen } from '../list-screen.js';
import { safeDetails, safeHeads, safeLine, safeSummary } from './safes-view.js';

/** The safes that one is a member of, and what one may do there. */
export function SafesScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const list = memory.safes;
  const { draw, keys, text } = useListScreen(list, () => services.safes());
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
      ...keys,
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
    },
    {
      text,
      without: [
        ...(person?.rights.includes('auditUsers') === true ? [] : (['audit.all'] as const)),
        ...(person?.rights.includes('manageDirectoryMapping') === true ? [] : (['maps.open'] as const)),
      ],
    },
  );
  return draw((sign) => ({
    prompt: 'type to find a safe',
    heads: safeHeads,
    row: (item, columns) => safeLine(item, columns, sign),
    nothing: 'You are a member of no safe.',
    details: safeDetails,
    summary: safeSummary,
  }));
}
