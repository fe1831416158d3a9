import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import type { TerminalSize } from '#/domain/session.js';
import { fitEnd, shown, width, wrap } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';

export interface SecretView {
  readonly account: AccountRow;
  readonly reason: string;
  /** Null: not shown. */
  readonly secret: string | null;
  /** Seconds until it is hidden again. */
  readonly left: number;
  readonly busy: boolean;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

/** Asks for a reason; then the secret itself, for a while. */
export function secretLines(view: SecretView): readonly Line[] {
  const { account, room, sign } = view;
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const lines = view.secret === null ? asking(view, inner) : showing(view, view.secret, inner);
  return centered(framed(`Secret of ${shown(accountName(account))}`, lines, room.columns, sign), room);
}

function asking({ account, reason, busy, sign }: SecretView, inner: number): readonly Line[] {
  const typed = fitEnd(shown(reason), Math.min(width(shown(reason)), inner - 10), sign('more'));
  return [
    ...paragraph(`Safe ${shown(account.safe)}. Why do you need it? The reason is kept in the audit.`, inner),
    EMPTY,
    [span('Reason  ', 'quiet'), span(typed, 'typed'), span('_', 'key')],
    EMPTY,
    ...(busy
      ? [[span('Asking the vault…', 'quiet')]]
      : paragraph(
          'Enter shows it here for 30 seconds, Ctrl-Y copies it without showing it.',
          inner,
          'quiet',
        )),
  ];
}

function showing({ left, room }: SecretView, secret: string, inner: number): readonly Line[] {
  const lines = secret.split(/\r?\n/).flatMap((line) => wrap(shown(line), inner));
  const height = Math.max(1, room.rows - 6);
  const cut = lines.length > height;
  const kept = cut ? lines.slice(0, height - 1) : lines;
  return [
    ...kept.map((line): Line => [span(line, 'strong')]),
    ...(cut ? [[span(`${lines.length - kept.length} more lines: Ctrl-Y copies all of it`, 'warning')]] : []),
    EMPTY,
    [span(`Hidden again in ${left} s, or with Esc.`, 'quiet')],
  ];
}
