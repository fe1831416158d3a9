import type { Selectable, Transaction } from 'kysely';
import type { ChainedEvent } from '#/audit/chain.js';
import type { AuditRecords, SignedTail } from '#/audit/records.js';
import type { Action } from '#/domain/audit.js';
import { metaRecords } from './meta.js';
import type { Tables } from './tables.js';

const TAIL = 'audit-tail';

export function auditRecords(db: Transaction<Tables>): AuditRecords {
  const meta = metaRecords(db);
  // within one transaction nobody else appends
  let known: ChainedEvent | null = null;
  return {
    async last() {
      if (known !== null) return known;
      const row = await db
        .selectFrom('audit')
        .selectAll()
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : eventOf(row);
    },
    async insert(event) {
      const { from, sessionId, ...rest } = event;
      known = null;
      await db
        .insertInto('audit')
        .values({ ...rest, source: from, session_id: sessionId })
        .execute();
      known = event;
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
      const value = await meta.value(TAIL);
      return value === null ? null : (JSON.parse(value.toString('utf8')) as SignedTail);
    },
    saveTail: (tail) => meta.setValue(TAIL, Buffer.from(JSON.stringify(tail), 'utf8')),
  };
}

function eventOf({
  source,
  session_id: sessionId,
  action,
  outcome,
  ...rest
}: Selectable<Tables['audit']>): ChainedEvent {
  return {
    ...rest,
    action: action as Action,
    outcome: outcome === 'ok' ? 'ok' : 'failure',
    from: source,
    sessionId,
  };
}
