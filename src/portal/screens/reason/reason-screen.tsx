import { LONGEST_REASON } from '#/domain/reason.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { NOT_CONNECTED } from '../../direct-end.js';
import { useKeys } from '../../keyboard.js';
import type { ConnectWish } from '../../route.js';
import { useTyped } from '../../typed.js';
import { reasonLines } from './reason-view.js';

/** Asks why, before a connection that needs a reason is begun. */
export function ReasonScreen({ wish }: { readonly wish: ConnectWish }) {
  const portal = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(LONGEST_REASON);
  const goOn = (): void => {
    const reason = typed.now().trim();
    portal.state.dispatch(
      reason === ''
        ? { type: 'notice', notice: { tone: 'warning', text: 'Type a reason: this account asks for one.' } }
        : { type: 'replace', route: { screen: 'connecting', wish: { ...wish, reason } } },
    );
  };
  const back = (): void =>
    wish.direct === true ? portal.end(NOT_CONNECTED, null) : portal.state.dispatch({ type: 'back' });
  useKeys('reason', { ...typed.handlers, 'dialog.enter': goOn, 'dialog.cancel': back }, { text: typed.type });
  return <Lines lines={reasonLines({ account: wish.account, reason: typed.value, room, sign })} />;
}
