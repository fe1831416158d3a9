import { useEffect, useState } from 'react';
import type { KeyRow, SecondFactorRow } from '#/contract/rows.js';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useServices, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import type { CommandName } from '../../keys.js';
import { mayEnrol, mayGoWithout, provenBy, youLines } from './you-view.js';

/** A person's own second factor and keys. */
export function YouScreen() {
  const { state: portal, after, failed } = usePortal();
  const services = useServices();
  const room = useRoom();
  const { sign } = useTheme();
  const [factor, setFactor] = useState<SecondFactorRow | null>(null);
  const [keys, setKeys] = useState<readonly KeyRow[] | null>(null);
  const [at, setAt] = useState(0);
  useEffect(() => {
    after(services.secondFactor(), (outcome) =>
      outcome.ok ? setFactor(outcome.value) : failed(outcome.failure),
    );
    after(services.keys(), (outcome) => (outcome.ok ? setKeys(outcome.value) : failed(outcome.failure)));
  }, [services, after, failed]);
  const marked = keys?.[Math.min(at, keys.length - 1)];
  const prove = (kind: 'enrol' | 'removeFactor'): void => {
    if (factor !== null)
      portal.dispatch({ type: 'go', route: { screen: 'prove', wish: { kind }, by: provenBy(factor) } });
  };
  const without: readonly CommandName[] = [
    ...(marked === undefined ? (['you.remove'] as const) : []),
    ...(factor !== null && mayEnrol(factor) ? [] : (['you.setUp'] as const)),
    ...(factor !== null && mayGoWithout(factor) ? [] : (['you.drop'] as const)),
  ];
  useKeys(
    'you',
    {
      'you.add': () => portal.dispatch({ type: 'go', route: { screen: 'addKey' } }),
      'you.remove': () =>
        marked === undefined
          ? undefined
          : portal.dispatch({ type: 'go', route: { screen: 'removeKey', key: marked } }),
      'you.setUp': () => prove('enrol'),
      'you.drop': () => prove('removeFactor'),
      'you.back': () => portal.dispatch({ type: 'back' }),
      'choice.up': () => setAt((now) => Math.max(0, now - 1)),
      'choice.down': () => setAt((now) => Math.min(Math.max(0, (keys?.length ?? 0) - 1), now + 1)),
    },
    { without },
  );
  return <Lines lines={youLines({ factor, keys, at, room, sign })} />;
}
