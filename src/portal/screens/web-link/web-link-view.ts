import type { RecordingRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import type { WebLink } from '../../services.js';
import { shown, wrap } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';

export interface WebLinkView {
  readonly recording: Pick<RecordingRow, 'user' | 'account'>;
  readonly link: WebLink;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

/** A link for a browser on the person's own machine, and how his ssh gets the browser here. */
export function webLinkLines({ recording, link, room, sign }: WebLinkView): readonly Line[] {
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const lines = [
    ...wrap(link.url, inner).map((part): Line => [span(part, 'strong')]),
    EMPTY,
    ...paragraph(`Good once, for ${link.minutes} minutes, in a browser on your own machine.`, inner),
    EMPTY,
    ...paragraph('Your ssh has to carry it. Connect with:', inner, 'quiet'),
    ...wrap(shown(link.connect), inner - 2).map((part): Line => [span(`  ${part}`, 'typed')]),
    ...paragraph('or in this connection press Enter, then ~ and C, and type:', inner, 'quiet'),
    [span(`  ${link.forward}`, 'typed')],
    ...paragraph('(OpenSSH 9.2 and newer: with EnableEscapeCommandline yes)', inner, 'quiet'),
    EMPTY,
    ...paragraph('It ends with this connection.', inner, 'quiet'),
  ];
  const title = `In a browser: ${shown(recording.user)} as ${shown(recording.account)}`;
  return centered(framed(title, lines, room.columns, sign), room);
}
