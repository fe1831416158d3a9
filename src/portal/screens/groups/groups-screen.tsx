import { useRef } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { groupDetails, groupHeads, groupLine, groupSummary } from './groups-view.js';

/** The groups of users, for those who manage or audit them. */
export function GroupsScreen() {
  const { memory, state: portal } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const { person } = useStore(portal);
  const list = memory.groups;
  const state = useStore(list);
  const refresh = useLoadedList(list, () => services.groups());
  const top = useRef(0);
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
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'group.add': add,
      'group.manage': () => {
        const group = selectedItem(list.now());
        if (group !== null) portal.dispatch({ type: 'go', route: { screen: 'manageGroup', group } });
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
    prompt: 'type to find a group or a member',
    heads: groupHeads,
    row: (item, columns) => groupLine(item, columns, sign),
    nothing: 'There are no groups.',
    details: groupDetails,
    summary: groupSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
