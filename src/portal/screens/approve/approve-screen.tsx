import { useState } from 'react';
import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { ChangedKeys } from '../../route.js';
import { useTyped } from '../../typed.js';
import { approveLines, confirms } from './approve-view.js';

/** Pins a changed host key after its address was typed. */
export function ApproveScreen({
  account,
  keys,
}: {
  readonly account: AccountRow;
  readonly keys: ChangedKeys;
}) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(253);
  const [busy, setBusy] = useState(false);
  const approve = (): void => {
    if (busy) return;
    if (!confirms(typed.now(), account))
      return portal.dispatch({
        type: 'notice',
        notice: { tone: 'warning', text: 'That is not the address of the account.' },
      });
    setBusy(true);
    after(services.approveHostKey(account.id, keys.offered), (outcome) => {
      setBusy(false);
      if (!outcome.ok) return failed(outcome.failure);
      portal.dispatch({
        type: 'show',
        tab: 'accounts',
        notice: { tone: 'good', text: `${accountName(account)}: the new host key is pinned` },
      });
    });
  };
  useKeys(
    'approve',
    { ...typed.handlers, 'dialog.enter': approve, 'dialog.cancel': () => portal.dispatch({ type: 'back' }) },
    { text: typed.type },
  );
  return <Lines lines={approveLines({ account, keys, typed: typed.value, room, sign })} />;
}
