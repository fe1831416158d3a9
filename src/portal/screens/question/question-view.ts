import type { TerminalSize } from '#/domain/session.js';
import { fitEnd, shown, width } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';

/** A question before something is done, with one line to type at most. */
export interface QuestionView {
  readonly title: string;
  readonly what: string;
  /** What is to be typed, and what is there of it; null: nothing is asked for. */
  readonly field: { readonly label: string; readonly typed: string } | null;
  /** What a key changes; null: nothing. */
  readonly option: string | null;
  /** What Enter does. */
  readonly verb: string;
}

export function questionLines(
  { title, what, field, option, verb }: QuestionView,
  room: TerminalSize,
  sign: Signs,
): readonly Line[] {
  const inner = Math.min(64, room.columns - 4);
  return centered(
    framed(
      title,
      [
        ...paragraph(shown(what), inner),
        ...(field === null ? [] : [EMPTY, fieldLine(field, inner, sign)]),
        ...(option === null ? [] : [EMPTY, [span(shown(option))]]),
        EMPTY,
        [span('Enter', 'key'), span(` ${verb}   `), span('Esc', 'key'), span(' back')],
      ],
      room.columns,
      sign,
    ),
    room,
  );
}

/** The end of what is typed stays in sight. */
function fieldLine({ label, typed }: NonNullable<QuestionView['field']>, inner: number, sign: Signs): Line {
  const space = inner - width(label) - 3;
  const seen = fitEnd(typed, Math.min(width(typed), space), sign('more'));
  return [span(`${label}  `, 'quiet'), span(seen, 'typed'), span('_', 'key')];
}
