import { usePortal, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { useStore } from '../../store.js';
import { useListScreen } from '../list-screen.js';
import { groupDetails, groupHeads, groupLine, groupSummary } from './groups-view.js';

/** The groups of users, for those who manage or audit them. */
export function GroupsScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const list = memory.groups;
  const { draw, keys, text } = useListScreen(list, () => services.groups());
  const add = (): void =>
    person?.rights.includes('addUpdateUsers') === true
      ? portal.dispatch({ type: 'go', route: { screen: 'addGroup' } })
      : portal.dispatch({
          type: 'notice',
          notice: { tone: 'warning', text: 'You may not make groups: the right addUpdateUsers is missing.' },
        });
  useKeys(
    'groups',
    {
      ...keys,
      'group.add': add,
      'group.manage': () => {
        const group = selectedItem(list.now());
        if (group !== null) portal.dispatch({ type: 'go', route: { screen: 'manageGroup', group } });
      },
    },
    { text },
  );
  return draw((sign) => ({
    prompt: 'type to find a group or a member',
    heads: groupHeads,
    row: (item, columns) => groupLine(item, columns, sign),
    nothing: 'There are no groups.',
    details: groupDetails,
    summary: groupSummary,
  }));
}
