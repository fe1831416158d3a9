import type { Failure } from '#/domain/failure.js';
import type { TerminalSize } from '#/domain/session.js';
import type { ProvenWish } from '../../route.js';
import { shown } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs } from '../../view.js';
import { fieldLine } from '../form-view.js';

export interface ProveView {
  readonly wish: ProvenWish;
  readonly by: 'code' | 'password';
  readonly length: number;
  readonly busy: boolean;
  readonly refused: Failure | null;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

const FOR: Readonly<Record<ProvenWish['kind'], string>> = {
  enrol: 'Before a second factor is set up',
  removeFactor: 'Before you go without a second factor',
  addKey: 'Before the key is registered',
};

export function proveLines({ wish, by, length, busy, refused, room, sign }: ProveView): readonly Line[] {
  const inner = Math.max(24, Math.min(60, room.columns - 4));
  const what = by === 'code' ? 'a code of your authenticator' : 'your password';
  const below = busy
    ? paragraph('Checking…', inner, 'quiet')
    : refused === null
      ? paragraph('Whoever finds your terminal open cannot do it.', inner, 'quiet')
      : [
          ...paragraph(shown(refused.message), inner, 'bad'),
          ...paragraph(shown(refused.next), inner, 'quiet'),
        ];
  const label = by === 'code' ? 'Code' : 'Password';
  const lines = [
    ...paragraph(`${FOR[wish.kind]}, ${what}:`, inner),
    EMPTY,
    fieldLine({ label, labelColumns: 8, value: length, here: !busy, columns: inner }, sign),
    EMPTY,
    ...below,
  ];
  return centered(framed('Is it you?', lines, room.columns, sign), room);
}
