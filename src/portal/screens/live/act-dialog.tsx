import { useMemo } from 'react';
import type { SessionRow } from '#/contract/rows.js';
import { useServices } from '../../context.js';
import { createStore, useStore } from '../../store.js';
import { QuestionDialog, type QuestionField } from '../question/question-dialog.js';
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

const REASON: QuestionField = {
  label: 'Reason',
  limit: 200,
  missing: 'Type a reason: it is kept in the audit, and its owner reads it.',
};

/** Somebody else's session needs a reason. */
function EndDialog({ session, onClose }: DialogProps) {
  const services = useServices();
  const whose = session.mine ? 'your session' : `the session of ${session.user}`;
  return (
    <QuestionDialog
      screen="endSession"
      title="End session"
      what={`End ${whose} on ${session.account}? Everything that runs in it is ended too.`}
      verb="end it"
      field={session.mine ? null : REASON}
      act={(why) => services.endSession(session.id, session.mine ? 'ended by its owner' : why)}
      done={`${session.account}: session ended`}
      onClose={onClose}
    />
  );
}

function SuspendDialog({ session, onClose }: DialogProps) {
  const services = useServices();
  // a store, as what is typed: Enter may come before the next drawing
  const holding = useMemo(() => createStore<boolean, null>((now) => !now, false), []);
  const frozen = useStore(holding);
  return (
    <QuestionDialog
      screen="suspendSession"
      title="Suspend session"
      what={`Suspend the session of ${session.user} on ${session.account}? Nothing that is typed reaches it until it is resumed.`}
      verb="suspend it"
      field={REASON}
      option={{
        text: `Tab  hold back its output from ${session.user}, too: ${frozen ? 'yes' : 'no'}`,
        flip: () => holding.dispatch(null),
      }}
      act={(why) => services.suspendSession(session.id, why, holding.now())}
      done={`${session.account}: suspended. Ctrl-S lets it go on.`}
      onClose={onClose}
    />
  );
}

function MessageDialog({ session, onClose }: DialogProps) {
  const services = useServices();
  return (
    <QuestionDialog
      screen="messageSession"
      title="Message"
      what={`To ${session.user} on ${session.account}. It is shown over the session until it was read, recorded and audited.`}
      verb="send it"
      field={{ label: 'Text', limit: 500, missing: null }}
      act={(text) => services.messageSession(session.id, text)}
      done={`${session.user} is shown your message.`}
      onClose={onClose}
    />
  );
}
