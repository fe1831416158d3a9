import type { AccountRow } from '#/contract/rows.js';
import type { TerminalSize } from '#/domain/session.js';
import type { ChangedKeys } from '../../route.js';
import { fitEnd, shown, width } from '../../text.js';
import { centered, EMPTY, framed, type Line, labelled, paragraph, type Signs, span } from '../../view.js';
import { keyRows } from '../refused/refused-view.js';

/** Whether what was typed is the address of the account, as one reads it. */
export function confirms(typed: string, account: AccountRow): boolean {
  return typed.trim().toLowerCase() === account.address.toLowerCase();
}

/** Re-approving a host key: deliberate, because a changed key is what an attack looks like, too. */
export function approveLines({
  account,
  keys,
  typed,
  room,
  sign,
}: {
  readonly account: AccountRow;
  readonly keys: ChangedKeys;
  readonly typed: string;
  readonly room: TerminalSize;
  readonly sign: Signs;
}): readonly Line[] {
  const inner = Math.max(20, Math.min(72, room.columns - 4));
  const label = 'Address  ';
  const lines = [
    ...paragraph(
      'The target shows another key than the one pinned. After a reinstallation that is right; it is also what an attack looks like. Approve it only when the administrator of the target confirms the new fingerprint.',
      inner,
    ),
    EMPTY,
    ...labelled(keyRows(keys), inner),
    EMPTY,
    ...paragraph(
      `To pin the new key for everybody, type the address of the account: ${shown(account.address)}`,
      inner,
      'strong',
    ),
    [
      span(label, 'quiet'),
      span(
        fitEnd(shown(typed), Math.min(width(typed), inner - width(label) - 1), sign('more')),
        confirms(typed, account) ? 'good' : 'typed',
      ),
      span('_', 'key'),
    ],
  ];
  return centered(framed('Approve a changed host key', lines, room.columns, sign), room);
}
