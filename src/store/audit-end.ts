import type { Selectable } from 'kysely';
import type { ChainedEvent } from '#/audit/chain.js';
import type { SignEnd } from '#/audit/records.js';
import type { Action } from '#/domain/audit.js';
import { type FixedQueries, fixedQuery } from './fixed-query.js';
import { metaRecords } from './meta.js';
import type { Tables } from './tables.js';

const lastRow = fixedQuery((db) => db.selectFrom('audit').selectAll().orderBy('sequence', 'desc').limit(1));

export const TAIL = 'audit-tail';

/**
 * The end of the audit's chain. The database is open for this process alone, so whoever appended last need not be read
 * again; and of all that one commit appends only the last row is signed, as a signature covers all before it.
 */
export interface AuditEnd {
  last(): Promise<ChainedEvent | null>;
  /** Null: a row is about to be appended, and may fail to. */
  isNow(event: ChainedEvent | null, sign: SignEnd): void;
  /** Signs what was appended. The last thing before a commit. */
  seal(): Promise<void>;
  /** What was appended may be gone again: a part of a commit was undone, or all of it. */
  undone(all: boolean): void;
}

export function createAuditEnd(fixed: FixedQueries): AuditEnd {
  let known: ChainedEvent | null = null;
  let unsigned: SignEnd | null = null;
  const last = async (): Promise<ChainedEvent | null> => {
    if (known !== null) return known;
    const row = await fixed.first(lastRow, {});
    known = row === undefined ? null : eventOf(row);
    return known;
  };
  return {
    last,
    isNow(event, sign) {
      known = event;
      unsigned = sign;
    },
    async seal() {
      if (unsigned === null) return;
      const end = await last();
      const tail = end === null ? null : unsigned(end);
      if (tail !== null) await metaRecords(fixed).setValue(TAIL, Buffer.from(JSON.stringify(tail), 'utf8'));
      unsigned = null;
    },
    undone(all) {
      known = null;
      if (all) unsigned = null;
    },
  };
}

export function eventOf({
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
