import { useState } from 'react';
import type { Failure } from '#/domain/failure.js';
import type { Outcome } from '#/domain/outcome.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { ProvenWish } from '../../route.js';
import { useSecretField } from '../../secret-field.js';
import { proveLines } from './prove-view.js';

/** Asks for a code or the password again before another way in is opened or closed. */
export function ProveScreen({ wish, by }: { readonly wish: ProvenWish; readonly by: 'code' | 'password' }) {
  const { state: portal, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const field = useSecretField();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Failure | null>(null);
  const submit = (): void => {
    if (busy || field.isEmpty()) return;
    const proof = field.take();
    setBusy(true);
    setRefused(null);
    const then = <T,>(answer: Promise<Outcome<T>>, done: (value: T) => void): void =>
      after(answer, (outcome) => {
        proof.fill(0);
        setBusy(false);
        if (outcome.ok) done(outcome.value);
        else if (outcome.failure.code === 'NOT_LOGGED_IN') failed(outcome.failure);
        else setRefused(outcome.failure);
      });
    switch (wish.kind) {
      case 'enrol':
        return then(services.beginEnrolment(proof), (enrolment) =>
          portal.dispatch({ type: 'replace', route: { screen: 'enrol', enrolment, then: { kind: 'back' } } }),
        );
      case 'removeFactor':
        return then(services.removeSecondFactor(proof), () => back('You have no second factor any more.'));
      case 'addKey':
        return then(services.addKey(wish.line, proof), (key) =>
          back(`Key ${key.fingerprint} is registered.`),
        );
      default:
        return wish satisfies never;
    }
  };
  const back = (text: string): void => {
    portal.dispatch({ type: 'back' });
    portal.dispatch({ type: 'notice', notice: { tone: 'good', text } });
  };
  useKeys(
    'prove',
    { ...field.handlers, 'dialog.enter': submit, 'dialog.cancel': () => portal.dispatch({ type: 'back' }) },
    { text: (text) => (busy ? undefined : field.type(text)) },
  );
  return <Lines lines={proveLines({ wish, by, length: field.length, busy, refused, room, sign })} />;
}
