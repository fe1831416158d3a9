import { createHash } from 'node:crypto';
import type { AuditEvent } from '#/domain/audit.js';

/** An event with its place in the chain. */
export interface ChainedEvent extends AuditEvent {
  /** From 1, without a gap. */
  readonly sequence: number;
  /** Hex SHA-256 over the hash before it and everything in this event. */
  readonly hash: string;
}

export const GENESIS = '0'.repeat(64);

export function hashOf(previous: string, sequence: number, event: AuditEvent): string {
  const fields = [
    'postern-audit-1',
    previous,
    sequence,
    event.at,
    event.action,
    event.outcome,
    event.actor,
    event.gateway,
    event.from,
    event.bastion,
    event.safe,
    event.account,
    event.target,
    event.sessionId,
    event.stage,
    event.code,
    event.detail,
  ];
  return createHash('sha256').update(JSON.stringify(fields), 'utf8').digest('hex');
}

/** The event as the next link after `last`. */
export function chain(
  last: { readonly sequence: number; readonly hash: string } | null,
  event: AuditEvent,
): ChainedEvent {
  const sequence = (last?.sequence ?? 0) + 1;
  return { ...event, sequence, hash: hashOf(last?.hash ?? GENESIS, sequence, event) };
}

export interface ChainPosition {
  readonly sequence: number;
  readonly hash: string;
}

export type ChainVerdict =
  | { readonly intact: true; readonly end: ChainPosition }
  | { readonly intact: false; readonly firstBad: number; readonly why: string };

export const CHAIN_START: ChainPosition = { sequence: 0, hash: GENESIS };

/** Walks a run of rows from a position that was verified before. */
export function verifyChain(start: ChainPosition, rows: Iterable<ChainedEvent>): ChainVerdict {
  let end = start;
  for (const row of rows) {
    const expected = end.sequence + 1;
    if (row.sequence !== expected)
      return { intact: false, firstBad: expected, why: `row ${expected} is missing` };
    if (row.hash !== hashOf(end.hash, expected, row))
      return { intact: false, firstBad: expected, why: `row ${expected} was changed` };
    end = { sequence: row.sequence, hash: row.hash };
  }
  return { intact: true, end };
}
