import type { AccountRow } from '#/contract/rows.js';
import { accountName } from '#/domain/account.js';
import { shown } from '../../text.js';
import { ago, dateTime } from '../../times.js';
import { EMPTY, type Line, labelled, type Signs, span } from '../../view.js';
import { cells } from '../list-view.js';

interface Widths {
  readonly account: number;
  readonly safe: number;
  readonly used: number;
}

function widths(columns: number): Widths {
  const safe = Math.max(8, Math.min(28, Math.floor(columns * 0.28)));
  const used = columns >= 50 ? 10 : 0;
  return { safe, used, account: Math.max(8, columns - 2 - safe - 2 - (used > 0 ? used + 2 : 0)) };
}

export function accountHeads(columns: number): Line {
  const { account, safe, used } = widths(columns);
  return [
    span('  '),
    ...cells(
      [
        { text: 'Account', columns: account },
        { text: 'Safe', columns: safe },
        { text: 'Last used', columns: used },
      ],
      '',
    ),
  ];
}

export function accountLine(row: AccountRow, columns: number, now: number, sign: Signs): Line {
  const { account, safe, used } = widths(columns);
  const look = row.usable ? 'plain' : 'quiet';
  const mark = row.usable
    ? row.favourite
      ? span(`${sign('favourite')} `, 'favourite')
      : span('  ')
    : span(`${sign('blocked')} `, 'quiet');
  const parts = [
    { text: shown(accountName(row)), columns: account, look },
    { text: shown(row.safe), columns: safe, look: 'quiet' },
    { text: row.usable ? lastUse(row, now) : 'not usable', columns: used, look: 'quiet' },
  ] as const;
  return [mark, ...cells(parts, sign('more'))];
}

function lastUse(row: AccountRow, now: number): string {
  return row.lastUsedAt === null ? '' : ago(row.lastUsedAt, now);
}

/** One line below a narrow list. */
export function accountSummary(row: AccountRow, sign: Signs): Line {
  if (!row.usable)
    return [span(`  ${sign('blocked')} cannot be used: ${shown(row.why ?? 'no reason given')}`, 'warning')];
  const parts = [
    `port ${row.port}`,
    `${shown(row.platform)} by ${row.secretKind}`,
    ...(row.reasonRequired ? ['asks for a reason'] : []),
    row.hostKeyFingerprint === null ? 'host key not known yet' : `host key ${row.hostKeyFingerprint}`,
  ];
  return [span(`  ${parts.join(` ${sign('between')} `)}`, 'quiet')];
}

/** The pane beside a wide list. */
export function accountDetails(row: AccountRow, columns: number): readonly Line[] {
  const rows = labelled(
    [
      ['Safe', shown(row.safe)],
      ['User', shown(row.user)],
      ['Address', shown(row.address)],
      ['Port', String(row.port)],
      ['Platform', shown(row.platform)],
      ['Secret', `${row.secretKind}, kept in the vault`],
      ['Host key', row.hostKeyFingerprint ?? 'not known yet'],
      ['Last used', row.lastUsedAt === null ? 'never by you' : `${dateTime(row.lastUsedAt)} UTC`],
      ['Favourite', row.favourite ? 'yes' : 'no'],
      ...row.policy.map((said, place) => [place === 0 ? 'Policy' : '', shown(said)] as const),
    ],
    columns,
  );
  const why = row.usable
    ? []
    : [EMPTY, ...labelled([['Not usable', shown(row.why ?? 'no reason given'), 'warning']], columns)];
  return [[span(shown(accountName(row)), 'strong')], EMPTY, ...rows, ...why];
}
