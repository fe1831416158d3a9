import type { SessionRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import { scrollTop } from '../../list.js';
import { clip, shown } from '../../text.js';
import { duration } from '../../times.js';
import { centered, choices, EMPTY, framed, type Line, paragraph, type Signs } from '../../view.js';

export interface OfferView {
  readonly sessions: readonly SessionRow[];
  readonly marked: number;
  /** The way past them. */
  readonly past: string;
  readonly now: number;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

/** The sessions that wait, and the way past them. */
export function offerLines({ sessions, marked, past, now, room, sign }: OfferView): readonly Line[] {
  const inner = Math.max(20, Math.min(64, room.columns - 4));
  const what =
    sessions.length === 1
      ? 'A session of yours runs on without a terminal.'
      : `${sessions.length} sessions of yours run on without a terminal.`;
  const labels = [
    ...sessions.map((row) =>
      clip(`Take up ${shown(row.account)}, running for ${duration(now - row.startedAt)}`, inner - 4),
    ),
    past,
  ];
  const height = Math.max(1, room.rows - 5);
  const top = scrollTop(0, marked, height, labels.length);
  return centered(
    framed(
      'Welcome back',
      [...paragraph(what, inner), EMPTY, ...choices(labels.slice(top, top + height), marked - top, sign)],
      room.columns,
      sign,
    ),
    room,
  );
}
