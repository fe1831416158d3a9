import type { Transaction } from 'kysely';
import type { UserId } from '#/domain/ids.js';
import type { TicketRecords } from '#/vault/records/tickets.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

export function ticketRecords(db: Transaction<Tables>): TicketRecords {
  return {
    async ticket(hash) {
      const row = await db.selectFrom('tickets').selectAll().where('hash', '=', hash).executeTakeFirst();
      if (row === undefined) return null;
      return {
        hash,
        userId: row.user_id as UserId,
        from: row.source,
        mustChange: row.must_change === 1,
        lastUsedAt: row.last_used_at,
      };
    },
    async addTicket({ hash, userId, from, mustChange, lastUsedAt }, forget) {
      await db.deleteFrom('tickets').where('last_used_at', '<', forget).execute();
      const row = { hash, user_id: userId, source: from, must_change: flag(mustChange) };
      await db
        .insertInto('tickets')
        .values({ ...row, last_used_at: lastUsedAt })
        .execute();
    },
    async changeTicket(hash, { mustChange, lastUsedAt }) {
      const set = {
        ...(mustChange === undefined ? {} : { must_change: flag(mustChange) }),
        ...(lastUsedAt === undefined ? {} : { last_used_at: lastUsedAt }),
      };
      await db.updateTable('tickets').set(set).where('hash', '=', hash).execute();
    },
    async dropTicket(hash) {
      await db.deleteFrom('tickets').where('hash', '=', hash).execute();
    },
    async dropTicketsOf(user, except) {
      await db
        .deleteFrom('tickets')
        .where('user_id', '=', user)
        .where('hash', '<>', except ?? '')
        .execute();
    },
  };
}
