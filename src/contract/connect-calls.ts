import { z } from 'zod';
import { LENDABLE } from '#/domain/lending.js';
import { call } from './call-kind.js';

const text = z.string().max(1024);
const ticket = z.string().max(128);
const id = z.string().max(64);
const size = { columns: z.int(), rows: z.int() };
const hostKey = z.strictObject({ type: z.string().max(64), base64: z.string().max(32_768) });

/** The permit itself is opaque to the portal: it can carry it to a session host and nothing else. */
export interface Permitted {
  readonly permit: string;
  readonly sessionId: string;
  readonly account: string;
  readonly hosts: readonly number[];
}

/** What a person asks for to be connected: a part of CALLS. */
export const CONNECT_CALLS = {
  /**
   * Stage 0. `named`: what the person called it by; an account that is not that any more is not found. `reason`: as the
   * person gave it. `forward`: a connection through the target is wanted, no session on it.
   * `listen`: the target is to listen for the person; port 0 leaves the port to it.
   * `lends`: what the person's client offers to the target; what policy withholds is no reason to refuse the session.
   * `shares`: nobody sits at a terminal of it, and it may ride on a login that another one of this ticket made.
   */
  'person.connect': call<Permitted>()(
    ['PVWAGW'],
    z.strictObject({
      ticket,
      accountId: id,
      named: z.strictObject({ user: text, address: text, port: z.int() }).optional(),
      ...size,
      term: text,
      reason: z.string().max(4096).optional(),
      forward: z.strictObject({ host: text, port: z.int() }).optional(),
      listen: z.strictObject({ host: text, port: z.int() }).optional(),
      shares: z.boolean().optional(),
      lends: z.array(z.enum(LENDABLE)).max(LENDABLE.length).optional(),
    }),
  ),
  /** A permit for a running session of one's own, and the host it lives in. */
  'person.reattach': call<{ readonly permit: string; readonly host: number }>()(
    ['PVWAGW'],
    z.strictObject({ ticket, sessionId: id }),
  ),
  /** The answer to a host key that a session host asked about. 'pin' needs updateAccountProperties. */
  'person.decideHostKey': call<null>()(
    ['PVWAGW'],
    z.strictObject({ ticket, sessionId: id, decision: z.enum(['once', 'pin', 'refuse']) }),
  ),
  /** Re-approves a changed key: `seen` must be the key that the account's last connection was shown. */
  'person.approveHostKey': call<null>()(['PVWAGW'], z.strictObject({ ticket, accountId: id, seen: hostKey })),
} as const;
