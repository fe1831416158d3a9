import { useEffect, useMemo, useState } from 'react';
import type { Failure } from '#/domain/failure.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { otpauthUri } from '../../otpauth.js';
import { qrLines } from '../../qr.js';
import type { AfterEnrolling } from '../../route.js';
import type { Enrolment } from '../../services.js';
import { useTyped } from '../../typed.js';
import { enrolLines, qrRoom, recoveryLines } from './enrol-view.js';

/** Scan, type a code, write the recovery codes down. */
export function EnrolScreen({
  enrolment: given,
  then,
}: {
  readonly enrolment: Enrolment | null;
  readonly then: AfterEnrolling;
}) {
  const { state: portal, leave, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const typed = useTyped(16);
  const [enrolment, setEnrolment] = useState(given);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Failure | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  useEffect(() => {
    if (given !== null) return;
    after(services.beginEnrolment(Buffer.alloc(0)), (outcome) => {
      if (outcome.ok) setEnrolment(outcome.value);
      else failed(outcome.failure);
    });
  }, [given, services, after, failed]);
  const qr = useMemo(
    () => (enrolment === null ? null : qrLines(otpauthUri(enrolment), qrRoom(room))),
    [enrolment, room],
  );

  const refuse = (failure: Failure): void =>
    failure.code === 'NOT_LOGGED_IN' ? failed(failure) : setRefused(failure);
  const submit = (): void => {
    if (busy || enrolment === null || typed.now().trim() === '') return;
    const code = Buffer.from(typed.now(), 'utf8');
    typed.handlers['text.clear']();
    setBusy(true);
    setRefused(null);
    after(services.confirmEnrolment(code), (outcome) => {
      code.fill(0);
      setBusy(false);
      if (outcome.ok) setCodes(outcome.value);
      else refuse(outcome.failure);
    });
  };
  const finish = (): void => {
    const notice = { tone: 'good', text: 'Your second factor is set up.' } as const;
    if (then.kind === 'login')
      return portal.dispatch({ type: 'secondFactorDone', mustChange: then.mustChange, notice });
    portal.dispatch({ type: 'back' });
    portal.dispatch({ type: 'notice', notice });
  };
  const giveUp = (): void => (then.kind === 'login' ? leave() : portal.dispatch({ type: 'back' }));
  useKeys(
    'enrol',
    {
      ...typed.handlers,
      'form.enter': () => (codes === null ? submit() : finish()),
      'enrol.leave': () => (codes === null ? giveUp() : undefined),
    },
    {
      text: (text) => (busy || codes !== null ? undefined : typed.type(text)),
      without: codes === null ? [] : ['enrol.leave'],
    },
  );
  if (codes !== null) return <Lines lines={recoveryLines(codes, room, sign)} />;
  const forced = then.kind === 'login';
  return (
    <Lines lines={enrolLines({ enrolment, qr, typed: typed.value, busy, refused, forced, room, sign })} />
  );
}
