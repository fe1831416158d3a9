import type { Failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { type ChangedKeys, type SessionWish, wishName } from '../../route.js';
import { refusedLines } from './refused-view.js';

/** A session that was not opened, or was lost, and the ways on from there. */
export function RefusedScreen({
  wish,
  failure,
  keys,
}: {
  readonly wish: SessionWish;
  readonly failure: Failure;
  readonly keys: ChangedKeys | null;
}) {
  const { state: portal } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const account =
    wish.kind === 'connect' && wish.account.mayPinHostKey && keys !== null ? wish.account : null;
  useKeys(
    'refused',
    {
      'refused.back': () =>
        portal.dispatch({ type: 'show', tab: wish.kind === 'connect' ? 'accounts' : 'live', notice: null }),
      'refused.again': () => portal.dispatch({ type: 'replace', route: { screen: 'connecting', wish } }),
      'refused.approve': () => {
        if (account !== null && keys !== null)
          portal.dispatch({ type: 'go', route: { screen: 'approve', account, keys } });
      },
    },
    { without: account === null ? ['refused.approve'] : [] },
  );
  return (
    <Lines
      lines={refusedLines({ title: wishName(wish), failure, keys, mayApprove: account !== null, room, sign })}
    />
  );
}
