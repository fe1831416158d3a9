import type { Stage } from '#/domain/failure.js';
import { STAGES, type TerminalSize } from '#/domain/session.js';
import type { HostKeyQuestion } from '../../services.js';
import { shown } from '../../text.js';
import {
  centered,
  choices,
  EMPTY,
  framed,
  type Line,
  labelled,
  paragraph,
  type Signs,
  span,
} from '../../view.js';
import { type ConnectingState, decisions } from './connecting-state.js';

const SHOWN: readonly Stage[] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The stages as they happen. */
export function connectingLines(
  title: string,
  state: ConnectingState,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const inner = Math.max(20, Math.min(70, room.columns - 4));
  const stages = SHOWN.map((stage) => stageLine(stage, state, sign));
  const last = state.givenUp ? [EMPTY, [span('Giving up…', 'warning')]] : [];
  // the frame is as wide whatever the stages say, or it would jump while they happen
  const rule: Line = [span(' '.repeat(inner))];
  return centered(
    framed(
      `Connecting to ${shown(title)}`,
      [rule, ...stages, ...last, ...(room.rows > 14 ? [rule] : [])],
      room.columns,
      sign,
    ),
    room,
  );
}

function stageLine(stage: Stage, state: ConnectingState, sign: Signs): Line {
  const at = state.stages[stage];
  const note = at?.note ?? null;
  const said = note === null ? [] : [span(`  ${shown(note)}`, 'quiet')];
  const words = `${stage}  ${STAGES[stage]}`;
  if (at === undefined) return [span(`${sign('waiting')} ${words}`, 'quiet')];
  return at.state === 'done'
    ? [span(`${sign('done')} `, 'good'), span(words), ...said]
    : [span(`${sign('here')} `, 'title'), span(words, 'strong'), ...said];
}

const LABELS = {
  once: 'Accept it for this session only           (o)',
  pin: 'Accept it and pin it for everybody        (p)',
  refuse: 'Refuse: no session                        (r)',
} as const;

/** The question about a host key that nobody has pinned. */
export function hostKeyLines(
  title: string,
  question: HostKeyQuestion,
  marked: number,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const inner = Math.max(20, Math.min(66, room.columns - 4));
  const lines = [
    ...paragraph(
      `${shown(title)} shows a host key that is not known here yet. Compare its fingerprint with what the administrator of the target says.`,
      inner,
    ),
    EMPTY,
    ...labelled(
      [
        ['Type', shown(question.key.type)],
        ['Key', shown(question.fingerprint), 'strong'],
      ],
      inner,
    ),
    EMPTY,
    ...choices(
      decisions(question).map((decision) => LABELS[decision]),
      marked,
      sign,
    ),
  ];
  return centered(framed('Unknown host key', lines, room.columns, sign), room);
}
