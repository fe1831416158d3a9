import { useRef } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { seesGroups, userDetails, userHeads, userLine, userSummary } from './users-view.js';

/** Everybody whom the vault knows, for those who manage or audit them. */
export function UsersScreen() {
  const { memory, state: portal, clock } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const { person } = useStore(portal);
  const list = memory.users;
  const state = useStore(list);
  const refresh = useLoadedList(list, () => services.users());
  const top = useRef(0);
  const add = (): void =>
    person?.rights.includes('addUpdateUsers') === true
      ? portal.dispatch({ type: 'go', route: { screen: 'addUser' } })
      : portal.dispatch({
          type: 'notice',
          notice: { tone: 'warning', text: 'You may not add users: the right addUpdateUsers is missing.' },
        });
  useKeys(
    'users',
    {
      ...listHandlers(list, listHeight(room), () => portal.dispatch({ type: 'back' })),
      'user.add': add,
      'user.manage': () => {
        const user = selectedItem(list.now());
        if (user !== null) portal.dispatch({ type: 'go', route: { screen: 'manageUser', user } });
      },
      'groups.open': () => portal.dispatch({ type: 'go', route: { screen: 'groups' } }),
      'list.refresh': refresh,
    },
    {
      text: (text) => list.dispatch({ type: 'text', text }),
      without: seesGroups(person?.rights ?? []) ? [] : ['groups.open'],
    },
  );
  const now = clock.now();
  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: 'type to find a user',
    heads: userHeads,
    row: (item, columns) => userLine(item, columns, now, sign),
    nothing: 'There is nobody.',
    details: (item, columns) => userDetails(item, columns, now),
    summary: userSummary,
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
