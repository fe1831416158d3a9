import { useEffect, useRef, useState } from 'react';
import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { secretLines } from './secret-view.js';

/** Seconds that a secret stays in sight. */
const SHOWN = 30;

/** An account's secret: shown for a while, or copied, for a reason that is audited. */
export function SecretScreen({ account }: { readonly account: AccountRow }) {
  const { state: portal, clock, failed, after, copy } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const reason = useTyped(200);
  const [secret, setSecret] = useState<string | null>(null);
  const [left, setLeft] = useState(SHOWN);
  const [busy, setBusy] = useState(false);
  const asking = useRef(false);
  const gone = useRef(false);
  useEffect(() => () => void (gone.current = true), []);
  const back = (): void => portal.dispatch({ type: 'back' });
  useEffect(() => {
    if (secret === null) return undefined;
    return clock.every(1000, () => setLeft((seconds) => seconds - 1));
  }, [secret, clock]);
  useEffect(() => {
    if (left <= 0) portal.dispatch({ type: 'back' });
  }, [left, portal]);

  const retrieve = (purpose: 'shown' | 'copied'): void => {
    if (asking.current || (purpose === 'shown' && secret !== null)) return;
    const why = reason.now().trim();
    if (why === '')
      return portal.dispatch({
        type: 'notice',
        notice: { tone: 'warning', text: 'Type a reason: it is kept in the audit.' },
      });
    asking.current = true;
    setBusy(true);
    after(services.retrieve(account.id, why, purpose), (outcome) => {
      asking.current = false;
      if (!gone.current) setBusy(false);
      if (!outcome.ok) return failed(outcome.failure);
      const { secret: bytes, passphrase } = outcome.value;
      if (!gone.current && purpose === 'shown') setSecret(inWords(bytes, passphrase));
      if (!gone.current && purpose === 'copied') {
        copy(bytes);
        back();
        portal.dispatch({
          type: 'notice',
          notice: {
            tone: 'good',
            text: `${accountName(account)}: sent to your terminal's clipboard, if it takes that`,
          },
        });
      }
      bytes.fill(0);
      passphrase.fill(0);
    });
  };
  useKeys(
    'secret',
    {
      ...reason.handlers,
      'dialog.enter': () => (secret === null ? retrieve('shown') : back()),
      'secret.copy': () => retrieve('copied'),
      'dialog.cancel': back,
    },
    { text: (text) => (secret === null ? reason.type(text) : undefined) },
  );
  return <Lines lines={secretLines({ account, reason: reason.value, secret, left, busy, room, sign })} />;
}

function inWords(secret: Buffer, passphrase: Buffer): string {
  const text = secret.toString('utf8').trimEnd();
  return passphrase.length === 0 ? text : `${text}\npassphrase: ${passphrase.toString('utf8')}`;
}
