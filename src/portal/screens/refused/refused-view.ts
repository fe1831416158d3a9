import { type Failure, type Side } from '#/domain/failure.js';
import { fingerprint } from '#/domain/host-key.js';
import { STAGES, type TerminalSize } from '#/domain/session.js';
import type { ChangedKeys } from '../../route.js';
import { shown } from '../../text.js';
import type { Token } from '../../theme.js';
import { centered, EMPTY, framed, type Line, labelled, paragraph, type Signs } from '../../view.js';

export interface RefusedView {
  readonly title: string;
  readonly failure: Failure;
  readonly keys: ChangedKeys | null;
  readonly mayApprove: boolean;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

/** Whose fault it is, in the words that people use on the telephone. */
const SIDES: Readonly<Record<Side, string>> = { ours: 'our side', target: "the target's side" };

/** Why there is no session, or none any more: what, where, on whose side, and what to do next. */
export function refusedLines({ title, failure, keys, mayApprove, room, sign }: RefusedView): readonly Line[] {
  const inner = Math.max(20, Math.min(72, room.columns - 4));
  const stage =
    failure.stage === null ? [] : [['Stage', `${failure.stage}, ${STAGES[failure.stage]}`] as const];
  const lines = [
    ...paragraph(shown(failure.message), inner, 'bad'),
    EMPTY,
    ...labelled(
      [
        ['Side', SIDES[failure.side], 'strong'],
        ...stage,
        ['Code', failure.code],
        ...keyRows(keys),
        ['Next', shown(failure.next)],
      ],
      inner,
    ),
    ...(mayApprove ? [EMPTY, ...paragraph('You may approve the new key: press a.', inner, 'warning')] : []),
  ];
  return centered(framed(headingOf(failure, shown(title)), lines, room.columns, sign), room);
}

/** A failure in stage 8 is that of a session that ran, but where there was none to come back to. */
function headingOf({ code, stage }: Failure, name: string): string {
  if (code === 'SESSION_TAKEN_OVER') return `${name}: taken up elsewhere`;
  return stage === 8 && code !== 'SESSION_GONE' ? `${name}: session ended` : `Not connected to ${name}`;
}

/** Both fingerprints, one under the other: what differs is seen at once. */
export function keyRows(keys: ChangedKeys | null): readonly (readonly [string, string, Token?])[] {
  if (keys === null) return [];
  const pinned =
    keys.pinned === null ? 'not known' : `${fingerprint(keys.pinned)} ${shown(keys.pinned.type)}`;
  return [
    ['Pinned', pinned],
    ['Shown', `${fingerprint(keys.offered)} ${shown(keys.offered.type)}`, 'warning'],
  ];
}
