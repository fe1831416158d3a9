import { useMemo } from 'react';
import { Lines } from '../../components/lines.js';
import { usePortal, useRoom, useTheme } from '../../context.js';
import { useKeys } from '../../keyboard.js';
import { createStore, useStore } from '../../store.js';
import { EMPTY, span, spread } from '../../view.js';
import { helpLines } from './help-lines.js';

/** How to do without the menu, and the key table, to scroll in. */
export function HelpScreen() {
  const { state: portal } = usePortal();
  const room = useRoom();
  const { sign } = useTheme();
  const person = useStore(portal).person?.user ?? '';
  const lines = useMemo(() => helpLines(room.columns - 2, person), [room.columns, person]);
  const height = room.rows - 1;
  const last = Math.max(0, lines.length - height);
  const place = useMemo(() => createStore<number, number>((_old, next) => next, 0), []);
  const top = Math.min(useStore(place), last);
  const to = (line: number) => (): void => place.dispatch(Math.max(0, Math.min(line, last)));
  useKeys('help', {
    'help.back': () => portal.dispatch({ type: 'show', tab: 'accounts', notice: null }),
    'move.up': to(top - 1),
    'move.down': to(top + 1),
    'move.pageUp': to(top - height),
    'move.pageDown': to(top + height),
    'move.first': to(0),
    'move.last': to(last),
  });
  const more =
    last === 0 ? '' : `${sign(top > 0 ? 'longUp' : 'between')}${sign(top < last ? 'longDown' : 'between')} `;
  const head = spread([span(' Keys, screen by screen', 'quiet')], [span(more, 'quiet')], room.columns);
  const body = lines
    .slice(top, top + height)
    .map((line) => (line.length === 0 ? EMPTY : [span(' '), ...line]));
  return <Lines lines={[head, ...body]} />;
}
