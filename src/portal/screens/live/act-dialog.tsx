import { useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { EndDialog } from './end-dialog.js';
import { actQuestion } from './live-view.js';
import type { ActKind } from './session-acts.js';

interface DialogProps {
  readonly session: SessionRow;
  readonly onClose: () => void;
}

/** Asks for what is missing before something is done to a session. */
export function ActDialog({ kind, ...props }: DialogProps & { readonly kind: ActKind }) {
  switch (kind) {
    case 'end':
      return <EndDialog {...props} />;
    case 'suspend':
      return <SuspendDialog {...props} />;
    case 'message':
      return <MessageDialog {...props} />;
    default:
      return kind satisfies never;
  }
}

function SuspendDialog({ session, onClose }: DialogProps) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const reason = useTyped(200);
  const [frozen, setFrozen] = useState(false);
  const [busy, setBusy] = useState(false);
  const suspend = (): void => {
    const why = reason.now().trim();
    if (busy) return;
    if (why === '') return portal.dispatch({ type: 'notice', notice: REASON_MISSING });
    setBusy(true);
    after(services.suspendSession(session.id, why, frozen), (outcome) => {
      if (outcome.ok)
        portal.dispatch({
          type: 'notice',
          notice: { tone: 'good', text: `${session.account}: suspended. Ctrl-S lets it go on.` },
        });
      else failed(outcome.failure);
      onClose();
    });
  };
  useKeys(
    'suspendSession',
    {
      ...reason.handlers,
      'dialog.enter': suspend,
      'dialog.cancel': onClose,
      'suspend.output': () => setFrozen((now) => !now),
    },
    { text: reason.type },
  );
  return (
    <Lines
      lines={actQuestion(
        {
          title: 'Suspend session',
          what: `Suspend the session of ${session.user} on ${session.account}? Nothing that is typed reaches it until it is resumed.`,
          label: 'Reason',
          typed: reason.value,
          option: `Tab  hold back its output from ${session.user}, too: ${frozen ? 'yes' : 'no'}`,
          verb: 'suspend it',
        },
        room,
        sign,
      )}
    />
  );
}

function MessageDialog({ session, onClose }: DialogProps) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const text = useTyped(500);
  const [busy, setBusy] = useState(false);
  const send = (): void => {
    const said = text.now().trim();
    if (busy) return;
    if (said === '') return onClose();
    setBusy(true);
    after(services.messageSession(session.id, said), (outcome) => {
      if (outcome.ok)
        portal.dispatch({
          type: 'notice',
          notice: { tone: 'good', text: `${session.user} is shown your message.` },
        });
      else failed(outcome.failure);
      onClose();
    });
  };
  useKeys(
    'messageSession',
    { ...text.handlers, 'dialog.enter': send, 'dialog.cancel': onClose },
    { text: text.type },
  );
  return (
    <Lines
      lines={actQuestion(
        {
          title: 'Message',
          what: `To ${session.user} on ${session.account}. It is shown over the session until it was read, recorded and audited.`,
          label: 'Text',
          typed: text.value,
          option: null,
          verb: 'send it',
        },
        room,
        sign,
      )}
    />
  );
}

const REASON_MISSING = {
  tone: 'warning',
  text: 'Type a reason: it is kept in the audit, and its owner reads it.',
} as const;
