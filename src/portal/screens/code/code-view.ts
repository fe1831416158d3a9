import type { Failure } from '#/domain/failure.js';
import type { TerminalSize } from '#/domain/session.js';
import { shown } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs } from '../../view.js';
import { fieldLine } from '../form-view.js';

export interface CodeView {
  readonly typed: string;
  readonly busy: boolean;
  readonly refused: Failure | null;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function codeLines({ typed, busy, refused, room, sign }: CodeView): readonly Line[] {
  const inner = Math.max(24, Math.min(56, room.columns - 4));
  const lines = [
    ...paragraph('The code that your authenticator shows now:', inner),
    EMPTY,
    fieldLine({ label: 'Code', labelColumns: 6, value: typed, here: !busy, columns: inner }, sign),
    EMPTY,
    ...below(busy, refused, inner),
  ];
  return centered(framed('Second factor', lines, room.columns, sign), room);
}

function below(busy: boolean, refused: Failure | null, inner: number): readonly Line[] {
  if (busy) return paragraph('Checking…', inner, 'quiet');
  if (refused === null)
    return paragraph('Authenticator lost? A recovery code opens, too, each of them once.', inner, 'quiet');
  return [
    ...paragraph(shown(refused.message), inner, 'bad'),
    ...paragraph(shown(refused.next), inner, 'quiet'),
  ];
}
