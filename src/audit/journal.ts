import type { AuditEvent } from '#/domain/audit.js';
import { CHAIN_START, type ChainedEvent, type ChainPosition, chain, verifyChain } from './chain.js';
import type { AuditRecords, SignEnd } from './records.js';

/** What a room says happened; what it does not say is null. */
export type Happening = Pick<AuditEvent, 'action' | 'outcome' | 'actor'> &
  Partial<Omit<AuditEvent, 'at' | 'bastion'>>;

export interface JournalOptions {
  readonly bastion: string;
  readonly now: () => number;
  /** Ed25519 over a text, base64; null while the vault is sealed. */
  readonly sign: (text: string) => string | null;
}

export interface Journal {
  /** Appends in the caller's transaction: when it fails, the caller's change fails with it and nothing is released. */
  append(records: AuditRecords, happening: Happening): Promise<ChainedEvent>;
}

export function createJournal(options: JournalOptions): Journal {
  const sign: SignEnd = ({ sequence, hash }) => {
    const signature = options.sign(tailText({ sequence, hash }));
    return signature === null ? null : { sequence, hash, signature };
  };
  return {
    async append(records, happening) {
      const event = chain(await records.last(), complete(happening, options));
      await records.append(event, sign);
      return event;
    },
  };
}

function complete(happening: Happening, { bastion, now }: JournalOptions): AuditEvent {
  const unsaid = {
    gateway: null,
    from: null,
    safe: null,
    account: null,
    target: null,
    sessionId: null,
    stage: null,
    code: null,
    detail: null,
  };
  return { ...unsaid, ...happening, at: now(), bastion };
}

export function tailText(end: ChainPosition): string {
  return `postern-audit-tail-1 ${end.sequence} ${end.hash}`;
}

export interface JournalVerdict {
  readonly intact: boolean;
  readonly rows: number;
  readonly firstBad: number | null;
  readonly detail: string;
}

const PAGE = 2000;

export interface Verification {
  /** Each question may be a transaction of its own: rows are only ever added. */
  readonly records: Pick<AuditRecords, 'tail' | 'list'>;
  /** Checks an Ed25519 signature. */
  readonly verify: (text: string, signature: string) => boolean;
  /** Where to begin: what lies before it is taken as it is. Default: the first row. */
  readonly from?: ChainPosition;
}

/**
 * Reads the chain and holds it against the signed tail. Rows that were appended while the vault was sealed lie beyond the
 * tail: chained, not signed yet.
 */
export async function verifyJournal({
  records,
  verify,
  from = CHAIN_START,
}: Verification): Promise<JournalVerdict> {
  const tail = await records.tail();
  let end = from;
  let atTail = tail?.sequence === from.sequence ? from.hash : null;
  for (;;) {
    const rows = await records.list({ after: end.sequence, limit: PAGE, newestFirst: false });
    if (rows.length === 0) break;
    const verdict = verifyChain(end, rows);
    if (!verdict.intact)
      return { intact: false, rows: end.sequence, firstBad: verdict.firstBad, detail: verdict.why };
    atTail ??= rows.find((row) => row.sequence === tail?.sequence)?.hash ?? null;
    end = verdict.end;
  }
  if (tail === null) return bad(end, end.sequence + 1, 'the signed end of the chain is missing');
  if (!verify(tailText(tail), tail.signature))
    return bad(end, tail.sequence, "the signature on the end of the chain is not the vault's");
  if (end.sequence < tail.sequence)
    return bad(end, end.sequence + 1, `rows ${end.sequence + 1} to ${tail.sequence} were cut off the end`);
  if (atTail !== tail.hash)
    return bad(end, tail.sequence, `row ${tail.sequence} is not the one that was signed`);
  return {
    intact: true,
    rows: end.sequence,
    firstBad: null,
    detail: `${end.sequence} rows, signed up to row ${tail.sequence}`,
  };
}

/** Verifies the last rows only, which takes the same time however long the log is. */
export async function verifyEnd({ records, verify }: Omit<Verification, 'from'>): Promise<JournalVerdict> {
  const last = await records.list({ after: 0, limit: PAGE, newestFirst: true });
  const from = last.length < PAGE ? undefined : last.at(-1);
  return await verifyJournal({ records, verify, ...(from === undefined ? {} : { from }) });
}

function bad(end: ChainPosition, firstBad: number, detail: string): JournalVerdict {
  return { intact: false, rows: end.sequence, firstBad, detail };
}
