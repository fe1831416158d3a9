import { useState } from 'react';
import type { Failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { useTyped } from '../../typed.js';
import { codeLines } from './code-view.js';

/** More than the longest recovery code, however it is written. */
const LONGEST = 40;

/** The code that comes after a password or a key. */
export function CodeScreen({ mustChange }: { readonly mustChange: boolean }) {
  const { state: portal, leave, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(LONGEST);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Failure | null>(null);
  const submit = (): void => {
    if (busy || typed.now().trim() === '') return;
    const code = Buffer.from(typed.now().trim(), 'utf8');
    typed.handlers['text.clear']();
    setBusy(true);
    setRefused(null);
    after(services.verifyCode(code), (outcome) => {
      code.fill(0);
      setBusy(false);
      if (outcome.ok)
        portal.dispatch({
          type: 'secondFactorDone',
          mustChange,
          notice: leftNotice(outcome.value.recoveryLeft),
        });
      else if (outcome.failure.code === 'NOT_LOGGED_IN') failed(outcome.failure);
      else setRefused(outcome.failure);
    });
  };
  useKeys(
    'code',
    { ...typed.handlers, 'form.enter': submit, 'form.leave': leave },
    { text: (text) => (busy ? undefined : typed.type(text)) },
  );
  return <Lines lines={codeLines({ typed: typed.value, busy, refused, room, sign })} />;
}

function leftNotice(left: number | null) {
  if (left === null) return null;
  const more = left === 1 ? 'One recovery code is left' : `${left} recovery codes are left`;
  return { tone: 'warning', text: `${more}. Ctrl-K, s sets up a new authenticator.` } as const;
}
