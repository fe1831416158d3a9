import type { KeyRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import { fitEnd, shown, width } from '../../text.js';
import { centered, EMPTY, framed, type Line, labelled, paragraph, type Signs, span } from '../../view.js';

export function addKeyLines(typed: string, room: TerminalSize, sign: Signs): readonly Line[] {
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const text = shown(typed);
  const lines = [
    ...paragraph('Paste the public key, the one line of its .pub file:', inner),
    EMPTY,
    [
      span(`${sign('pointer')} `, 'key'),
      span(fitEnd(text, Math.min(width(text), inner - 3), sign('more')), 'typed'),
      span('_', 'key'),
    ],
    EMPTY,
    ...paragraph(
      'Security keys (sk-) must be touched at each login; with "verify-required" before the key they must see you, too.',
      inner,
      'quiet',
    ),
  ];
  return centered(framed('A new SSH key', lines, room.columns, sign), room);
}

export function removeKeyLines(key: KeyRow, room: TerminalSize, sign: Signs): readonly Line[] {
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const rows = labelled(
    [
      ['Key', key.fingerprint],
      ['Type', key.type],
      ['Comment', shown(key.comment)],
    ],
    inner,
  );
  const lines = [
    ...paragraph('It will log you in no more:', inner),
    EMPTY,
    ...rows,
    EMPTY,
    [span('Enter', 'key'), span(' remove it   '), span('Esc', 'key'), span(' back')],
  ];
  return centered(framed('Remove this key?', lines, room.columns, sign), room);
}
