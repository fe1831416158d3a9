import type { Transaction } from 'kysely';
import type { AuditRecords, SignedTail } from '#/audit/records.js';
import { type AuditEnd, eventOf, TAIL } from './audit-end.js';
import type { FixedQueries } from './fixed-query.js';
import { insertion } from './fixed-writes.js';
import { metaRecords } from './meta.js';
import type { Tables } from './tables.js';

const add = insertion('audit');

export function auditRecords(db: Transaction<Tables>, fixed: FixedQueries, end: AuditEnd): AuditRecords {
  return {
    last: () => end.last(),
    async append(event, sign) {
      end.isNow(null, sign);
      const { from, sessionId, ...rest } = event;
      await add(fixed, { ...rest, source: from, session_id: sessionId });
      end.isNow(event, sign);
    },
    async list({ after, limit, newestFirst, safe }) {
      const all = db.selectFrom('audit').selectAll().where('sequence', '>', after);
      const rows = await (safe === undefined ? all : all.where('safe', '=', safe))
        .orderBy('sequence', newestFirst ? 'desc' : 'asc')
        .limit(limit)
        .execute();
      return rows.map(eventOf);
    },
    async tail() {
      const value = await metaRecords(fixed).value(TAIL);
      return value === null ? null : (JSON.parse(value.toString('utf8')) as SignedTail);
    },
  };
}
