import { usePortal, useServices } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { useStore } from '../../store.js';
import { useListScreen } from '../list-screen.js';
import { seesGroups, userDetails, userHeads, userLine, userSummary } from './users-view.js';

/** Everybody whom the vault knows, for those who manage or audit them. */
export function UsersScreen() {
  const { memory, state: portal, clock } = usePortal();
  const services = useServices();
  const { person } = useStore(portal);
  const list = memory.users;
  const { draw, keys, text } = useListScreen(list, () => services.users());
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
      ...keys,
      'user.add': add,
      'user.manage': () => {
        const user = selectedItem(list.now());
        if (user !== null) portal.dispatch({ type: 'go', route: { screen: 'manageUser', user } });
      },
      'groups.open': () => portal.dispatch({ type: 'go', route: { screen: 'groups' } }),
    },
    {
      text,
      without: seesGroups(person?.rights ?? []) ? [] : ['groups.open'],
    },
  );
  const now = clock.now();
  return draw((sign) => ({
    prompt: 'type to find a user',
    heads: userHeads,
    row: (item, columns) => userLine(item, columns, now, sign),
    nothing: 'There is nobody.',
    details: (item, columns) => userDetails(item, columns, now),
    summary: userSummary,
  }));
}
