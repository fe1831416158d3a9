import { useState } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { endQuestion } from './live-view.js';

/** Asks before a session is ended, and for a reason when it is somebody else's. */
export function EndDialog({
  session,
  onClose,
}: {
  readonly session: SessionRow;
  readonly onClose: () => void;
}) {
  const { state: portal, failed, after } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const reason = useTyped(200);
  const [busy, setBusy] = useState(false);
  const end = (): void => {
    if (busy) return;
    const why = session.mine ? 'ended by its owner' : reason.now().trim();
    if (why === '')
      return portal.dispatch({
        type: 'notice',
        notice: { tone: 'warning', text: 'Type a reason: it is kept in the audit, and its owner is told.' },
      });
    setBusy(true);
    after(services.endSession(session.id, why), (outcome) => {
      if (outcome.ok)
        portal.dispatch({
          type: 'notice',
          notice: { tone: 'good', text: `${session.account}: session ended` },
        });
      else failed(outcome.failure);
      onClose();
    });
  };
  useKeys(
    'endSession',
    { ...reason.handlers, 'dialog.enter': end, 'dialog.cancel': onClose },
    { text: reason.type },
  );
  return <Lines lines={endQuestion(session, reason.value, room, sign)} />;
}
