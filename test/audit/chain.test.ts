import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CHAIN_START, type ChainedEvent, chain, verifyChain } from '#/audit/chain.js';
import { ACTIONS, type Action, type AuditEvent } from '#/domain/audit.js';
import { EVENT } from '../helpers/audit-event.ts';

const text = fc.option(fc.string({ maxLength: 20 }));
const event: fc.Arbitrary<AuditEvent> = fc.record({
  at: fc.nat(),
  action: fc.constantFrom(...(Object.keys(ACTIONS) as Action[])),
  outcome: fc.constantFrom('ok', 'failure'),
  actor: fc.string({ maxLength: 20 }),
  gateway: text,
  from: text,
  bastion: fc.string(),
  safe: text,
  account: text,
  target: text,
  sessionId: text,
  stage: fc.option(fc.nat({ max: 9 })),
  code: text,
  detail: text,
});
const events = fc.array(event, { minLength: 2, maxLength: 12 });

function chained(list: readonly AuditEvent[]): ChainedEvent[] {
  const rows: ChainedEvent[] = [];
  for (const one of list) rows.push(chain(rows.at(-1) ?? null, one));
  return rows;
}

describe('the chain', () => {
  test('verifies as it was made, whole or in pieces', () => {
    fc.assert(
      fc.property(events, fc.nat(), (list, n) => {
        const rows = chained(list);
        const cut = n % rows.length;
        const first = verifyChain(CHAIN_START, rows.slice(0, cut));
        expect(first.intact).toBe(true);
        if (first.intact)
          expect(verifyChain(first.end, rows.slice(cut))).toMatchObject({
            intact: true,
            end: { sequence: rows.length },
          });
      }),
    );
  });

  test('names the first row of which any field was changed', () => {
    fc.assert(
      fc.property(events, event, fc.nat(), fc.nat(), (list, other, n, m) => {
        const rows = chained(list);
        const at = n % rows.length;
        const fields = Object.keys(other) as (keyof AuditEvent)[];
        const field = fields[m % fields.length] ?? 'actor';
        const row = rows[at];
        fc.pre(row !== undefined && JSON.stringify(row[field]) !== JSON.stringify(other[field]));
        if (row !== undefined) rows[at] = { ...row, [field]: other[field] };
        expect(verifyChain(CHAIN_START, rows)).toMatchObject({ intact: false, firstBad: at + 1 });
      }),
    );
  });

  test('notices a row that was taken out, put twice, or moved', () => {
    fc.assert(
      fc.property(events, fc.nat(), (list, n) => {
        const rows = chained(list);
        const at = n % (rows.length - 1);
        const [row, next] = [rows[at], rows[at + 1]];
        if (row === undefined || next === undefined) throw new Error('no rows');
        expect(verifyChain(CHAIN_START, rows.toSpliced(at, 1)).intact).toBe(false);
        expect(verifyChain(CHAIN_START, rows.toSpliced(at, 0, row)).intact).toBe(false);
        expect(verifyChain(CHAIN_START, rows.toSpliced(at, 2, next, row)).intact).toBe(false);
      }),
    );
  });

  test('notices a row that was changed and hashed anew', () => {
    const rows = chained([1, 2, 3].map((at) => ({ ...EVENT, at })));
    const forged = chain(rows[0] ?? null, { ...EVENT, at: 2, actor: 'mallory' });
    expect(verifyChain(CHAIN_START, rows.toSpliced(1, 1, forged))).toMatchObject({
      intact: false,
      firstBad: 3,
    });
  });
});
