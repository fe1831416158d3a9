import { LEAST_PASSWORD_LENGTH } from '#/domain/people.js';
import type { TerminalSize } from '#/domain/session.js';
import { shown } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs } from '../../view.js';
import { fieldLine } from '../form-view.js';
import { FIELDS, type PasswordField, type PasswordState } from './password-state.js';

const LABELS: Readonly<Record<PasswordField, string>> = { old: 'Present', next: 'New', again: 'New, again' };

export function passwordLines(
  state: PasswordState,
  why: string,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const inner = Math.max(24, Math.min(56, room.columns - 4));
  const fields = FIELDS.map((field) =>
    fieldLine(
      {
        label: LABELS[field],
        labelColumns: 10,
        value: state.lengths[field],
        here: state.at === field && !state.busy,
        columns: inner,
      },
      sign,
    ),
  );
  const below = state.busy
    ? paragraph('Changing…', inner, 'quiet')
    : state.trouble === null
      ? paragraph(
          `At least ${LEAST_PASSWORD_LENGTH} characters, without your user name in them.`,
          inner,
          'quiet',
        )
      : [
          ...paragraph(shown(state.trouble.message), inner, 'bad'),
          ...paragraph(shown(state.trouble.next), inner, 'quiet'),
        ];
  return centered(
    framed(
      'New password',
      [...paragraph(shown(why), inner), EMPTY, ...fields, EMPTY, ...below],
      room.columns,
      sign,
    ),
    room,
  );
}
