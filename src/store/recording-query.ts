import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { sql } from 'kysely';
import type { RecordingFilter } from '#/domain/recording-filter.js';
import type { RecordingQuery } from '#/vault/records/sessions.js';
import type { Tables } from './tables.js';

type Builder = ExpressionBuilder<Tables, 'sessions' | 'recordings'>;

/** Everything that a query asks of a row. */
export function matching(eb: Builder, query: RecordingQuery): Expression<SqlBool> {
  return eb.and([
    ...visible(eb, query.visible),
    ...after(eb, query.after),
    ...filtered(eb, query.filter, query.now),
  ]);
}

function visible(eb: Builder, to: RecordingQuery['visible']): readonly Expression<SqlBool>[] {
  if (to === 'all') return [];
  const own = eb('sessions.user_id', '=', to.owner);
  if (to.safes.length === 0) return [own];
  const pairs = to.safes.map(({ safe, recordingSafe }) =>
    eb.and([eb('sessions.safe_id', '=', safe), eb('sessions.recording_safe_id', '=', recordingSafe)]),
  );
  return [eb.or([own, ...pairs])];
}

/** Rows have an order that no two share, so a page begins exactly where the one before it ended, whatever came meanwhile. */
function after(eb: Builder, last: RecordingQuery['after']): readonly Expression<SqlBool>[] {
  if (last === null) return [];
  return [
    eb('sessions.started_at', '<=', last.startedAt),
    eb.or([eb('sessions.started_at', '<', last.startedAt), eb('sessions.id', '<', last.id)]),
  ];
}

function filtered(eb: Builder, filter: RecordingFilter, now: number): readonly Expression<SqlBool>[] {
  const { user, account, target, safe, any, since, until, longer, shorter, outcome, has } = filter;
  const length = sql<number>`coalesce(recordings.duration_ms, coalesce(sessions.ended_at, ${now}) - sessions.started_at)`;
  return [
    ...(user === undefined ? [] : [contains(eb, 'sessions.user', user)]),
    ...(account === undefined ? [] : [contains(eb, 'sessions.account', account)]),
    ...(target === undefined ? [] : [contains(eb, 'sessions.address', target)]),
    ...(safe === undefined ? [] : [contains(eb, 'sessions.safe', safe)]),
    ...(any ?? []).map((word) =>
      eb.or([
        contains(eb, 'sessions.user', word),
        contains(eb, 'sessions.account', word),
        contains(eb, 'sessions.safe', word),
        sql<SqlBool>`json_extract(sessions.ending, '$.kind') like ${pattern(word)} escape '\\'`,
      ]),
    ),
    ...(since === undefined ? [] : [eb('sessions.started_at', '>=', since)]),
    ...(until === undefined ? [] : [eb('sessions.started_at', '<', until)]),
    ...(longer === undefined ? [] : [eb(length, '>=', longer)]),
    ...(shorter === undefined ? [] : [eb(length, '<=', shorter)]),
    ...(outcome === undefined ? [] : [ended(eb, outcome)]),
    ...(has ?? []).map((one) => eb(`recordings.${one}`, '>', 0)),
  ];
}

/** As `outcomeOf` says it of a row. */
function ended(eb: Builder, outcome: NonNullable<RecordingFilter['outcome']>): Expression<SqlBool> {
  if (outcome === 'running') return eb('sessions.state', '<>', 'ended');
  const how = outcome === 'cut' ? null : outcome;
  return eb.and([
    eb('sessions.state', '=', 'ended'),
    how === null
      ? eb('sessions.ending', 'is', null)
      : eb(sql`json_extract(sessions.ending, '$.kind')`, '=', how),
  ]);
}

/** Anywhere in it, whatever the case. */
function contains(
  eb: Builder,
  column: 'sessions.user' | 'sessions.account' | 'sessions.address' | 'sessions.safe',
  text: string,
): Expression<SqlBool> {
  return sql<SqlBool>`${eb.ref(column)} like ${pattern(text)} escape '\\'`;
}

function pattern(text: string): string {
  return `%${text.replace(/[\\%_]/g, (one) => `\\${one}`)}%`;
}
