import { useEffect, useRef } from 'react';
import { accountName } from '#/domain/account.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { selectedItem } from '../../list.js';
import { listHandlers } from '../../list-keys.js';
import { useLoadedList, useNow } from '../../loading.js';
import { useStore } from '../../store.js';
import { listHeight, listLines } from '../list-view.js';
import { seesUsers } from '../users/users-view.js';
import { useAccountActs } from './account-acts.js';
import { accountDetails, accountHeads, accountLine, accountSummary } from './accounts-view.js';

/** Half a minute: the ages in the list are in minutes. */
const TICK = 30_000;

export function AccountsScreen() {
  const { memory, state: portal, clock, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const now = useNow(clock, TICK);
  const { person } = useStore(portal);
  const state = useStore(memory.accounts);
  const refresh = useLoadedList(memory.accounts, () => services.accounts());
  const top = useRef(0);

  const waiting = useRef<() => void>(() => undefined);
  useEffect(() => () => waiting.current(), []);

  const connect = (): void => {
    waiting.current();
    if (memory.accounts.now().items === null) return typedAhead();
    const account = selectedItem(memory.accounts.now());
    if (account === null) return;
    const why = `${accountName(account)} cannot be used: ${account.why ?? 'no reason given'}`;
    if (account.usable)
      portal.dispatch({ type: 'go', route: { screen: 'connecting', wish: { kind: 'connect', account } } });
    else portal.dispatch({ type: 'notice', notice: { tone: 'warning', text: why } });
  };
  // people who know what they want type its name and Enter before the list is there
  const typedAhead = (): void => {
    const stop = memory.accounts.subscribe(() => {
      if (memory.accounts.now().items !== null) connect();
    });
    waiting.current = () => {
      stop();
      waiting.current = () => undefined;
    };
  };
  const favourite = (): void => {
    const account = selectedItem(memory.accounts.now());
    if (account === null) return;
    after(services.favourite(account.id, !account.favourite), (outcome) => {
      if (!outcome.ok) return failed(outcome.failure);
      refresh();
      portal.dispatch({
        type: 'notice',
        notice: {
          tone: 'good',
          text: `${accountName(account)} is ${account.favourite ? 'no longer ' : ''}a favourite`,
        },
      });
    });
  };
  const manage = useAccountActs();
  useKeys(
    'accounts',
    {
      ...listHandlers(memory.accounts, listHeight(room), () =>
        portal.dispatch({ type: 'go', route: { screen: 'leave' } }),
      ),
      'account.connect': connect,
      'account.favourite': favourite,
      'account.secret': () => {
        const account = selectedItem(memory.accounts.now());
        if (account !== null) portal.dispatch({ type: 'go', route: { screen: 'secret', account } });
      },
      'safes.open': () => portal.dispatch({ type: 'go', route: { screen: 'safes' } }),
      'users.open': () => portal.dispatch({ type: 'go', route: { screen: 'users' } }),
      'account.add': manage.add,
      'account.manage': () => manage.change(selectedItem(memory.accounts.now())),
      'list.refresh': refresh,
    },
    {
      text: (text) => memory.accounts.dispatch({ type: 'text', text }),
      without: seesUsers(person?.rights ?? []) ? [] : ['users.open'],
    },
  );

  const view = listLines({
    state,
    room,
    top: top.current,
    sign,
    prompt: 'type to find an account',
    heads: accountHeads,
    row: (item, columns) => accountLine(item, columns, now, sign),
    nothing: 'No account may be used by you. Ask a manager of a safe to add you: postern safe member add',
    details: accountDetails,
    summary: (item) => accountSummary(item, sign),
  });
  top.current = view.top;
  return <Lines lines={view.lines} />;
}
