import type { TerminalSize } from '#/domain/session.js';
import { shown } from '../../text.js';
import { centered, EMPTY, fitLine, framed, type Line, paragraph, type Signs, span } from '../../view.js';

export interface Act {
  readonly label: string;
  /** Why this person may not, as a sentence; null: he may. */
  readonly without: string | null;
}

export interface ActsView {
  readonly title: string;
  readonly acts: readonly Act[];
  readonly marked: number;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function actLines({ title, acts, marked, room, sign }: ActsView): readonly Line[] {
  const inner = Math.max(24, Math.min(64, room.columns - 4));
  const why = acts[marked]?.without ?? null;
  const lines = [
    ...acts.map(
      (act, place): Line => [
        span(
          `${place === marked ? sign('pointer') : ' '} ${act.without === null ? ' ' : sign('blocked')} `,
          'key',
        ),
        span(act.label, place === marked ? 'strong' : act.without === null ? 'plain' : 'quiet'),
      ],
    ),
    EMPTY,
    ...(why === null
      ? paragraph('Enter goes on, Esc goes back.', inner, 'quiet')
      : paragraph(`You may not: ${shown(why)}`, inner, 'warning')),
  ];
  const fitted = lines.map((line) => fitLine(line, inner, sign('more')));
  return centered(framed(shown(title), fitted, room.columns, sign), room);
}
