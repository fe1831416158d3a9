import type { Transaction } from 'kysely';
import type { UserId } from '#/domain/ids.js';
import type { SecondFactorStep } from '#/domain/second-factor.js';
import type { TicketRecords } from '#/vault/records/tickets.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import type { Tables } from './tables.js';
import { flag } from './values.js';

const byHash = fixedQuery((db, given: { readonly hash: string }) =>
  db.selectFrom('tickets').selectAll().where('hash', '=', given.hash),
);

export function ticketRecords(db: Transaction<Tables>, fixed: FixedQueries): TicketRecords {
  return {
    async ticket(hash) {
      const row = await fixed.first(byHash, { hash });
      if (row === undefined) return null;
      return {
        hash,
        userId: row.user_id as UserId,
        from: row.source,
        mustChange: row.must_change === 1,
        secondFactor: row.second_factor as SecondFactorStep,
        lastUsedAt: row.last_used_at,
      };
    },
    async addTicket({ hash, userId, from, mustChange, secondFactor, lastUsedAt }, forget) {
      await db.deleteFrom('tickets').where('last_used_at', '<', forget).execute();
      const row = { hash, user_id: userId, source: from, must_change: flag(mustChange) };
      await db
        .insertInto('tickets')
        .values({ ...row, last_used_at: lastUsedAt, second_factor: secondFactor })
        .execute();
    },
    async changeTicket(hash, { mustChange, secondFactor, lastUsedAt }) {
      const set = {
        ...(mustChange === undefined ? {} : { must_change: flag(mustChange) }),
        ...(secondFactor === undefined ? {} : { second_factor: secondFactor }),
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
