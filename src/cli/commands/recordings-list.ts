import type { Command } from 'commander';
import type { CallArgs } from '#/contract/calls.js';
import type { RecordingRow } from '#/contract/rows.js';
import { failure } from '#/domain/failure.js';
import { holdText } from '#/domain/keeping.js';
import { failed, type Outcome } from '#/domain/outcome.js';
import {
  parseLength,
  parseMoment,
  RECORDED_ACTIVITIES,
  type RecordedActivity,
} from '#/domain/recording-filter.js';
import { OUTCOMES } from '#/domain/session.js';
import { leaf } from '../leaf.js';
import { isoTime, printList } from '../output.js';

/** As they are typed. */
export interface FilterOptions {
  readonly user?: string;
  readonly account?: string;
  readonly target?: string;
  readonly safe?: string;
  readonly since?: string;
  readonly until?: string;
  readonly longer?: string;
  readonly shorter?: string;
  readonly outcome?: string;
  readonly has?: readonly string[];
}

type Page = CallArgs<'admin.recordings.list'>;
type Filter = NonNullable<Page['filter']>;

export function listCommand(recordings: Command): void {
  const command = withFilters(
    recordings
      .command('list')
      .description(
        'recordings, newest first, those that fit every option; texts match anywhere, whatever the case',
      ),
  )
    .option('--limit <rows>', 'at most so many, up to 5000')
    .option('--after <id>', 'those that come after this one in the list: the next page');
  leaf<FilterOptions & { readonly limit?: string; readonly after?: string }>(
    command,
    async ({ admin, json }, options) => {
      const filter = filterOf(options, Date.now());
      if (!filter.ok) return filter;
      const limit = options.limit === undefined ? undefined : Number(options.limit);
      if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= 5000))
        return failed(failure('BAD_INPUT', '--limit is a number from 1 to 5000'));
      const list = { json, empty: 'no recordings', forJson };
      return printList(
        await admin.ask('admin.recordings.list', {
          filter: filter.value,
          ...(limit !== undefined && { limit }),
          ...(options.after !== undefined && { after: options.after }),
        }),
        list,
        {
          ID: (row) => row.id,
          USER: (row) => row.user,
          ACCOUNT: (row) => row.account,
          SAFE: (row) => row.safe,
          STARTED: (row) => isoTime(row.startedAt),
          ENDED: (row) => isoTime(row.endedAt),
          OUTCOME: (row) => row.outcome,
          COMMANDS: (row) => row.commands,
          TRANSFERS: (row) => row.transfers,
          STORED: (row) => row.stored,
          'ON HOLD': (row) => (row.hold === null ? null : holdText(row.hold)),
          'FORWARDED TO': (row) => row.forward,
          REASON: (row) => row.reason,
        },
      );
    },
  );
}

export function withFilters(command: Command): Command {
  return command
    .option('--user <text>', 'of people whose name has it')
    .option('--account <text>', 'of accounts, user@address')
    .option('--target <text>', 'of targets: their address')
    .option('--safe <text>', "of accounts' safes")
    .option('--since <when>', 'began then or later: an age (30m, 12h, 2d, 3w) or an ISO date')
    .option('--until <when>', 'began before')
    .option('--longer <length>', 'took at least so long (90s, 10m, 2h)')
    .option('--shorter <length>', 'took at most so long')
    .option('--outcome <outcome>', OUTCOMES.join(', '))
    .option('--has <activity...>', `in which there are ${RECORDED_ACTIVITIES.join(' or ')}`);
}

export function filterOf(options: FilterOptions, now: number): Outcome<Filter> {
  const { user, account, target, safe, since, until, longer, shorter, outcome, has } = options;
  const wrong = (what: string, value: string): Outcome<never> =>
    failed(failure('BAD_INPUT', `"${value}" is no ${what}`));
  const filter: Filter = {
    ...(user !== undefined && { user }),
    ...(account !== undefined && { account }),
    ...(target !== undefined && { target }),
    ...(safe !== undefined && { safe }),
  };
  for (const [name, value] of Object.entries({ since, until })) {
    if (value === undefined) continue;
    const at = parseMoment(value, now);
    if (at === null) return wrong('age or date: 30m, 12h, 2d, 3w, 2026-11-24', value);
    filter[name as 'since' | 'until'] = at;
  }
  for (const [name, value] of Object.entries({ longer, shorter })) {
    if (value === undefined) continue;
    const length = parseLength(value);
    if (length === null) return wrong('length: 90s, 10m, 2h', value);
    filter[name as 'longer' | 'shorter'] = length;
  }
  if (outcome !== undefined) {
    const found = OUTCOMES.find((one) => one === outcome);
    if (found === undefined) return wrong(`outcome: ${OUTCOMES.join(', ')}`, outcome);
    filter.outcome = found;
  }
  const wanted: RecordedActivity[] = [];
  for (const value of has ?? []) {
    const found = RECORDED_ACTIVITIES.find((one) => one === value);
    if (found === undefined) return wrong(`activity: ${RECORDED_ACTIVITIES.join(', ')}`, value);
    wanted.push(found);
  }
  return { ok: true, value: wanted.length === 0 ? filter : { ...filter, has: wanted } };
}

export function forJson(row: RecordingRow) {
  const { hold, deletion } = row;
  return {
    ...row,
    startedAt: isoTime(row.startedAt),
    endedAt: isoTime(row.endedAt),
    hold: hold === null ? null : { ...hold, at: isoTime(hold.at) },
    deletion: deletion === null ? null : { ...deletion, at: isoTime(deletion.at) },
  };
}
