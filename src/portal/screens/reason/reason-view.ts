import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import type { TerminalSize } from '#/domain/session.js';
import { shown } from '../../text.js';
import { centered, EMPTY, framed, type Line, paragraph, type Signs, span } from '../../view.js';
import { fieldLine } from '../form-view.js';

export interface ReasonView {
  readonly account: AccountRow;
  readonly reason: string;
  readonly room: TerminalSize;
  readonly sign: Signs;
}

export function reasonLines({ account, reason, room, sign }: ReasonView): readonly Line[] {
  const inner = Math.max(24, Math.min(72, room.columns - 4));
  const field = { label: 'Reason', labelColumns: 6, value: reason, here: true, columns: inner };
  const lines = [
    ...paragraph('Policy asks for a reason before this account is used.', inner),
    // the frame is as wide whatever is typed
    [span(' '.repeat(inner))],
    fieldLine(field, sign),
    EMPTY,
    ...paragraph(
      'It is kept with the session and in the audit, and shown to who watches or replays it.',
      inner,
      'quiet',
    ),
  ];
  return centered(framed(`Connecting to ${shown(accountName(account))}`, lines, room.columns, sign), room);
}
