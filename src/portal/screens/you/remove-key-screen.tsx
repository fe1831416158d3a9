import { useState } from 'react';
import type { KeyRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { removeKeyLines } from './key-dialogs.js';

/** Asks before a key is removed. */
export function RemoveKeyScreen({ sshKey }: { readonly sshKey: KeyRow }) {
  const { state: portal, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const [busy, setBusy] = useState(false);
  const remove = (): void => {
    if (busy) return;
    setBusy(true);
    after(services.removeKey(sshKey.fingerprint), (outcome) => {
      portal.dispatch({ type: 'back' });
      if (!outcome.ok) return failed(outcome.failure);
      const text = `Key ${sshKey.fingerprint} is removed.`;
      portal.dispatch({ type: 'notice', notice: { tone: 'good', text } });
    });
  };
  useKeys('removeKey', {
    'dialog.enter': remove,
    'dialog.cancel': () => portal.dispatch({ type: 'back' }),
  });
  return <Lines lines={removeKeyLines(sshKey, room, sign)} />;
}
