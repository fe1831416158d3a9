import { sql, type Transaction } from 'kysely';
import type { HostKey } from '#/domain/host-key.js';
import type { UserId } from '#/domain/ids.js';
import type { SessionRecords } from '#/vault/records/sessions.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { change, insertion } from './fixed-writes.js';
import { keepingRecords } from './keeping.js';
import { recordingRecords } from './recordings.js';
import { changeOf, rowOf, sessionOf } from './session-row.js';
import type { Tables } from './tables.js';

const byId = fixedQuery((db, given: { readonly id: string }) =>
  db.selectFrom('sessions').selectAll().where('id', '=', given.id),
);
// With the word in the query SQLite sees that its index of open sessions will do; in no order, or it reads them by their start.
const open = fixedQuery((db) => db.selectFrom('sessions').selectAll().where('state', '<>', sql.lit('ended')));
const places = fixedQuery((db) =>
  db.selectFrom('sessions').select(['user_id', 'host']).where('state', '<>', sql.lit('ended')),
);
const add = insertion('sessions');
const changeOne = change('sessions', 'id');

export function sessionRecords(db: Transaction<Tables>, fixed: FixedQueries): SessionRecords {
  return {
    ...recordingRecords(db, fixed),
    ...keepingRecords(db, fixed),
    async session(id) {
      const row = await fixed.first(byId, { id });
      return row === undefined ? null : sessionOf(row);
    },
    async addSession(session) {
      await add(fixed, rowOf(session));
    },
    changeSession: (id, changed) => changeOne(fixed, id, changeOf(changed)),
    async open() {
      const rows = await fixed.rows(open, {});
      return rows.map(sessionOf).toSorted((a, b) => a.startedAt - b.startedAt);
    },
    async places() {
      const rows = await fixed.rows(places, {});
      return rows.map((row) => ({ userId: row.user_id as UserId, host: row.host }));
    },
    async lastOfferedKey(user, account) {
      const row = await db
        .selectFrom('sessions')
        .select('offered_key')
        .where('user_id', '=', user)
        .where('account_id', '=', account)
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.offered_key === undefined || row.offered_key === null
        ? null
        : (JSON.parse(row.offered_key) as HostKey);
    },
  };
}
