import { useMemo } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createStore, useStore } from '../../store.js';
import { type Act, actLines } from './acts-view.js';

export interface ActsProps<A extends Act> {
  readonly title: string;
  readonly acts: readonly A[];
  readonly onTake: (act: A) => void;
  readonly onBack: () => void;
}

/** What can be done with something. What one may not do is there too, and says why. */
export function Acts<A extends Act>({ title, acts, onTake, onBack }: ActsProps<A>) {
  const { state: portal } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const place = useMemo(
    () => createStore<number, number>((now, by) => (now + by + acts.length) % acts.length, 0),
    [acts.length],
  );
  const marked = useStore(place);
  const take = (): void => {
    const act = acts[place.now()];
    if (act === undefined) return;
    if (act.without === null) return onTake(act);
    portal.dispatch({
      type: 'notice',
      notice: { tone: 'warning', text: `${act.label}: you may not. ${act.without}` },
    });
  };
  useKeys('acts', {
    'choice.take': take,
    'choice.up': () => place.dispatch(-1),
    'choice.down': () => place.dispatch(1),
    'choice.cancel': onBack,
  });
  return <Lines lines={actLines({ title, acts, marked, room, sign })} />;
}
